/* SPDX-License-Identifier: MIT */
/* Numbers in the order of the network, checksums, and the few constants of the protocols that we
 * let pass. */
#ifndef MXC_NET_WIRE_H
#define MXC_NET_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum {
    MXC_ETHER_SIZE = 14,
    MXC_ETHER_V4 = 0x0800,
    MXC_ETHER_ARP = 0x0806,
    MXC_ETHER_V6 = 0x86dd,
    MXC_V4_SIZE = 20,
    MXC_V6_SIZE = 40,
    MXC_ARP_SIZE = 28,
    MXC_TCP_SIZE = 20,
    MXC_UDP_SIZE = 8,
    MXC_ICMP_SIZE = 8,
    MXC_IP_ICMP = 1,
    MXC_IP_TCP = 6,
    MXC_IP_UDP = 17,
    MXC_IP_ICMP6 = 58,
};

enum { MXC_TCP_FIN = 1, MXC_TCP_SYN = 2, MXC_TCP_RST = 4, MXC_TCP_ACK = 16 };

static inline uint16_t mxc_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t mxc_get32(const uint8_t *at)
{
    return (uint32_t)mxc_get16(at) << 16 | mxc_get16(at + 2);
}

static inline void mxc_put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void mxc_put32(uint8_t *at, uint32_t value)
{
    mxc_put16(at, value >> 16);
    mxc_put16(at + 2, value & 0xffff);
}

/* The sum of RFC 1071 of some bytes, added to 'sum'; not yet folded. */
uint32_t mxc_sum(uint32_t sum, const uint8_t *bytes, size_t size);

/* What goes into the field: 0 when bytes that hold their checksum are right. */
uint16_t mxc_sum_fold(uint32_t sum);

/* The checksum of what follows an IP header, pseudo header included ('v4': of ICMP there is
 * none). */
uint16_t mxc_sum_v4(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes, size_t size);
uint16_t mxc_sum_v6(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes, size_t size);

#endif
