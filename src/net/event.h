/* SPDX-License-Identifier: MIT */
/* What the network process tells the executor: one fixed-size packet for each event, over a socket
 * that keeps packets apart. The executor does not trust it: that process reads what the guest
 * writes. */
#ifndef MXC_NET_EVENT_H
#define MXC_NET_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/* One row per kind: C name, wire text. */
#define MXC_NET_KINDS(X)                                                                           \
    X(REFUSED, "refused")                 /* a flow */                                             \
    X(NAME_REFUSED, "name-refused")       /* a name that no rule covers, or that one denies */     \
    X(NAME_GUARDED, "name-guarded")       /* an answer was removed: where it points is closed */   \
    X(NAME_UNRESOLVED, "name-unresolved") /* a denied name: its addresses are not denied */        \
    X(LIMITED, "limited")                 /* a bound was hit */                                    \
    X(UNTOLD, "untold")                   /* 'count' events were not told */

/* Why something was refused: C name, wire text. */
#define MXC_NET_WHYS(X)                                                                            \
    X(NONE, "none")                                                                                \
    X(RULE, "rule")               /* 'rule' is the index in the deny list */                       \
    X(DEFAULT, "default")         /* no rule allows it */                                          \
    X(LOOPBACK, "loopback")       /* the host's loopback, also by the gateway */                   \
    X(OWN_ADDRESS, "own-address") /* an address of the host */                                     \
    X(LINK_LOCAL, "link-local")                                                                    \
    X(METADATA, "metadata") /* of a cloud */                                                       \
    X(PRIVATE, "private")   /* the legacy form means the public internet */                        \
    X(RESERVED, "reserved") /* multicast, broadcast, this network, the sandbox's own */            \
    X(NAME, "name")         /* no rule covers the name */                                          \
    X(LIMIT, "limit")       /* too many at once */                                                 \
    X(HOST, "host")         /* the host keeps mxc-net from it: echo requests */

/* What a flow is told as: enum mxc_protocol, wire text. */
#define MXC_NET_PROTOCOLS(X)                                                                       \
    X(TCP, "tcp")                                                                                  \
    X(UDP, "udp")                                                                                  \
    X(ICMP, "icmp")

enum mxc_net_kind {
#define MXC_NET_KIND_ENUM(name, wire) MXC_NET_##name,
    MXC_NET_KINDS(MXC_NET_KIND_ENUM)
#undef MXC_NET_KIND_ENUM
        MXC_NET_KIND_COUNT
};

enum mxc_why {
#define MXC_NET_WHY_ENUM(name, wire) MXC_WHY_##name,
    MXC_NET_WHYS(MXC_NET_WHY_ENUM)
#undef MXC_NET_WHY_ENUM
        MXC_WHY_COUNT
};

#define MXC_NO_RULE UINT32_MAX

struct mxc_net_event {
    uint32_t kind;         /* enum mxc_net_kind */
    uint32_t count;        /* how often */
    uint64_t time_ns;      /* CLOCK_REALTIME; the program that sends it fills it in */
    uint8_t protocol;      /* enum mxc_protocol; MXC_PROTO_ANY: none or unknown */
    uint8_t why;           /* enum mxc_why */
    uint16_t port;         /* 0: none */
    uint32_t rule;         /* MXC_NO_RULE: none */
    struct mxc_address to; /* family 0: none */
    char name[256];        /* "": none */
    char denied[256];      /* refused by a rule: a denied name that has the address; "": none */
};

/* Takes a packet of 'size' bytes apart. False unless it is an event whose every field is one that
 * this header knows; the names become one line each that steers no terminal. */
bool mxc_net_event_take(const void *packet, size_t size, struct mxc_net_event *out);

/* Is it the same that happened, apart from when and how often? */
bool mxc_net_event_same(const struct mxc_net_event *a, const struct mxc_net_event *b);

/* Wire texts. Static storage. */
const char *mxc_net_kind_text(enum mxc_net_kind kind);
const char *mxc_net_why_text(enum mxc_why why);

#endif
