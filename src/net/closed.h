/* SPDX-License-Identifier: MIT */
/* Addresses that stay closed although a rule or the default covers them broadly. */
#ifndef MXC_NET_CLOSED_H
#define MXC_NET_CLOSED_H

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"
#include "net/event.h"
#include "net/place.h"

/* The sandbox's own small network. The gateway stands for the host's loopback. */
#define MXC_GUEST_V4    ((const uint8_t[4])MXC_NET_GUEST4)
#define MXC_GATEWAY_V4  ((const uint8_t[4])MXC_NET_GATEWAY4)
#define MXC_RESOLVER_V4 ((const uint8_t[4])MXC_NET_RESOLVER4)
#define MXC_GUEST_V6    ((const uint8_t[16])MXC_NET_GUEST6)
#define MXC_GATEWAY_V6  ((const uint8_t[16])MXC_NET_GATEWAY6)
#define MXC_RESOLVER_V6 ((const uint8_t[16])MXC_NET_RESOLVER6)

/* The most specific range that an address lies in. */
struct mxc_closed {
    enum mxc_why why; /* MXC_WHY_NONE: an ordinary address */
    uint8_t bits;     /* prefix length of the range, in the wide form */
    bool opens;       /* a rule whose network lies within the range opens it; else nothing does */
};

/* Of an address in its wide form. MXC_WHY_PRIVATE is closed only in the legacy form of a policy. */
struct mxc_closed mxc_closed_find(const uint8_t wide[16]);

/* Is it the gateway of either family? */
bool mxc_closed_is_gateway(const uint8_t wide[16]);

/* Another address that packets to this one may reach: the IPv4 address inside of an address that
 * translators (64:ff9b::/96) or 6to4 routers (2002::/16) take apart; for a gateway, the loopback
 * address that it stands for. False when there is none. */
bool mxc_closed_behind(const uint8_t wide[16], uint8_t out[16]);

/* A network of an allow rule, or what its exceptions left of it. */
struct mxc_closed_net {
    uint8_t wide[16];
    uint8_t bits;
    uint8_t named; /* the prefix length that the rule wrote; both in the wide form */
};

/* Is there an address that a rule with this network lets packets reach, or the gateway?
 * 'private_closed': in the legacy form of a policy. The host's own addresses are not known here. */
bool mxc_closed_can_open(const struct mxc_closed_net *net, bool private_closed);

#endif
