/* SPDX-License-Identifier: MIT */
/* The guest's network: addresses that existing clients expect (10.0.2.x), and the same in IPv6. */
#ifndef MXC_NET_PLACE_H
#define MXC_NET_PLACE_H

#define MXC_NET_DEVICE "tap0" /* the name inside, whatever kind of device it is */

/* The largest packet that an IPv4 header can state, rounded down to what libslirp takes. */
#define MXC_NET_MTU 65520

/* Initializers of arrays of bytes. */
/* clang-format off */
#define MXC_NET_GUEST4    { 10, 0, 2, 100 }
#define MXC_NET_GATEWAY4  { 10, 0, 2, 2 }
#define MXC_NET_RESOLVER4 { 10, 0, 2, 3 }
#define MXC_NET_PREFIX4   24

#define MXC_NET_GUEST6    { 0xfd, [14] = 1 } /* fd00::100 */
#define MXC_NET_GATEWAY6  { 0xfd, [15] = 2 }
#define MXC_NET_RESOLVER6 { 0xfd, [15] = 3 }
#define MXC_NET_PREFIX6   64

/* Locally administered. libslirp makes its own from the ends of its addresses: 2 for the gateway, 3
 * for the resolver. */
#define MXC_NET_GUEST_MAC  { 0x52, 0x55, 10, 0, 2, 100 }
#define MXC_NET_MAC4(last) { 0x52, 0x55, 10, 0, 2, last }
#define MXC_NET_MAC6(last) { 0x52, 0x56, 0, 0, 0, last }
/* clang-format on */

#endif
