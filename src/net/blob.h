/* SPDX-License-Identifier: MIT */
/* The bytes of compiled rules: a header, then arrays without gaps, in the order of their counts.
 *
 * Networks are kept in the wide form (net/address.h), sorted by address and length; each knows the
 * next one that contains it, so that those that contain an address are found by one search and at
 * most 128 steps up. Each has a set: ranges of keys, sorted and apart. A key is a protocol and a
 * port in one number. */
#ifndef MXC_NET_BLOB_H
#define MXC_NET_BLOB_H

#include <stdint.h>

#include "policy/policy.h"

#define MXC_RULES_MAGIC   0x4d584e31U
#define MXC_RULES_VERSION 1U

#define MXC_KEY(protocol, port) ((uint32_t)(protocol) << 16 | (uint32_t)(port))
#define MXC_KEY_FIRST           MXC_KEY(MXC_PROTO_TCP, 0)
#define MXC_KEY_LAST            MXC_KEY(MXC_PROTO_ICMP, 0)

enum {
    MXC_RULES_DEFAULT_ALLOW = 1 << 0,
    MXC_RULES_PRIVATE_CLOSED = 1 << 1,
    MXC_RULES_LOOPBACK = 1 << 2,     /* the gateway is open */
    MXC_RULES_RESOLVES_ALL = 1 << 3, /* any name that is not denied */
    MXC_RULES_FLAGS = (1 << 4) - 1,
};

struct mxc_rules_header {
    uint32_t magic, version, size, flags;
    uint32_t loopback_port;                     /* of TCP at the gateway; 0: none */
    uint32_t deny_count, allow_count;           /* struct mxc_rules_node */
    uint32_t set_count;                         /* uint32_t: where the ranges of a set end */
    uint32_t range_count;                       /* struct mxc_rules_range */
    uint32_t deny_name_count, allow_name_count; /* struct mxc_rules_name */
    uint32_t text_size;                         /* bytes, a multiple of 4; the last one is NUL */
};

struct mxc_rules_node {
    uint8_t address[16];
    uint32_t bits;
    uint32_t parent; /* index + 1; 0: none */
    uint32_t set;
};

struct mxc_rules_range {
    uint32_t first, last; /* keys */
    /* deny: the lowest index of a rule. allow: the prefix length of the narrowest network that a
     * rule names here, which decides whether a closed range opens. Names: 0. */
    uint32_t value;
};

/* Sorted by text; "*.example.org" stands for every name below. */
struct mxc_rules_name {
    uint32_t text; /* offset */
    uint32_t set;
    uint32_t rule; /* the lowest index */
};

_Static_assert(sizeof(struct mxc_rules_header) == 48 && sizeof(struct mxc_rules_node) == 28,
               "no padding: every byte is checked");

#endif
