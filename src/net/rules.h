/* SPDX-License-Identifier: MIT */
/* The rules of a policy's network section, compiled into one block of bytes that another process
 * can ask.
 *
 * Meaning. Deny beats allow, allow beats the default. A rule without destinations is about every
 * address, one without ports about every protocol and port; "any" with ports is TCP and UDP; ICMP
 * is ICMPv6 as well. An IPv4-mapped IPv6 network is the IPv4 network, and one that covers
 * ::ffff:0:0/96 covers all of IPv4.
 *
 * Some addresses stay closed under the default and under broad networks (net/closed.h, and the
 * host's own addresses): link-local and metadata addresses open to an allow rule whose network lies
 * within the closed range, an address of the host to a rule for that single address. Loopback is
 * reached by the gateway only, and only where the policy opens the host's loopback. Reserved ranges
 * never open. In the legacy form the private ranges are closed in the same way unless the policy
 * allows the local network.
 *
 * Where packets to one address may end at another one (an IPv4 address inside of an IPv6 address,
 * loopback behind the gateway), denials of both count, and the inner address may not be a closed
 * one.
 *
 * A rule by name opens the addresses that are pinned for it (net/pins.h), as far as they are no
 * closed ones; a private one only when a network or the default opens it for some port. Addresses
 * that are pinned for a denied name are denied for its ports. */
#ifndef MXC_NET_RULES_H
#define MXC_NET_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "net/address.h"
#include "net/event.h"
#include "net/live.h"
#include "policy/policy.h"

struct mxc_blob {
    const void *data;
    size_t size;
};

struct mxc_rules_options {
    uint16_t loopback_port; /* TCP port of the host's loopback that opens at the gateway; 0: none */
};

/* Compiles into the arena. 'options' may be NULL. Fails when memory runs out, when the rules come
 * to more than a million networks, and on what the reader would not have let through. */
int mxc_rules_compile(struct mxc_arena *arena, const struct mxc_network *network,
                      const struct mxc_rules_options *options, struct mxc_blob *out,
                      struct mxc_err *err);

struct mxc_rules_table {
    const struct mxc_rules_node *nodes;
    uint32_t count;
};

struct mxc_rules_names {
    const struct mxc_rules_name *items;
    uint32_t count;
};

/* Opened rules: they point into the bytes, which must stay. */
struct mxc_ruleset {
    const struct mxc_rules_header *header;
    struct mxc_rules_table deny, allow;
    const uint32_t *set_ends;
    const struct mxc_rules_range *ranges;
    struct mxc_rules_names deny_names, allow_names;
    const char *text;
};

/* Opens bytes that mxc_rules_compile() made, aligned to 4. They may be hostile: nothing outside of
 * them is ever read, and no question takes longer than it should. On failure *out is untouched. */
int mxc_rules_open(const void *data, size_t size, struct mxc_ruleset *out, struct mxc_err *err);

struct mxc_flow {
    struct mxc_address to;
    enum mxc_protocol protocol; /* not MXC_PROTO_ANY */
    uint16_t port;              /* of the destination; 0 for ICMP */
};

struct mxc_ruling {
    bool allow;
    bool pinned;      /* allowed by a name alone */
    enum mxc_why why; /* MXC_WHY_NONE when allowed */
    uint32_t
        rule; /* index in the deny list when 'why' is MXC_WHY_RULE, the lowest; else MXC_NO_RULE */
    /* When 'why' is MXC_WHY_RULE: a denied name that has the address, or NULL. In the rules. */
    const char *name;
};

/* May a packet go there? 'live' may be NULL: no addresses of the host, no pins. The time does not
 * depend on the number of rules, but for a binary search. */
struct mxc_ruling mxc_rules_ask(const struct mxc_ruleset *rules, const struct mxc_live *live,
                                const struct mxc_flow *flow);

/* May the answer to a name point there? MXC_WHY_NONE when it may; else what is closed there. Closed
 * and private addresses need a network (not a name) or the default that opens them for some port;
 * denials do not matter here, since they still hold for each flow. */
enum mxc_why mxc_rules_guard(const struct mxc_ruleset *rules, const struct mxc_live *live,
                             const struct mxc_address *address);

/* A name has at most 127 labels: so many "*.…" above it, and itself. */
#define MXC_NAME_PATTERNS 128

struct mxc_name_ruling {
    bool resolves;  /* the resolver answers it */
    bool denied;    /* a deny rule covers it, with whatever ports: it is not resolved at all */
    uint32_t rule;  /* index of that rule, the lowest; else MXC_NO_RULE */
    uint32_t count; /* names of allow rules that cover it; their pins open its addresses */
    uint32_t pins[MXC_NAME_PATTERNS];
};

/* What is said about a name: lower case, without a dot at its end. A name that is longer than 253
 * bytes or empty is covered by nothing and is not resolved. */
void mxc_rules_names(const struct mxc_ruleset *rules, const char *name,
                     struct mxc_name_ruling *out);

#endif
