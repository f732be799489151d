/* SPDX-License-Identifier: MIT */
/* The flows that were allowed, in a bounded table. */
#ifndef MXC_NET_FLOWS_H
#define MXC_NET_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What tells flows apart; the guest's address is always the same. No padding, compared as bytes. */
struct mxc_flow_key {
    uint8_t address[16]; /* of the other side, as packets write it */
    uint16_t port;       /* of the other side; echo: 0 */
    uint16_t guest_port; /* echo: the identifier */
    uint16_t version;    /* of IP */
    uint16_t protocol;   /* enum mxc_protocol */
};

enum mxc_flow_state {
    MXC_FLOW_HALF,   /* TCP, not yet answered */
    MXC_FLOW_OPEN,   /* TCP */
    MXC_FLOW_CLOSED, /* TCP, reset, or ended by both sides */
    MXC_FLOW_ASKED,  /* UDP or echo without an answer */
    MXC_FLOW_SPOKEN, /* UDP with an answer */
    MXC_FLOW_STATES
};

struct mxc_flow_entry {
    struct mxc_flow_key key;
    uint32_t next;
    uint8_t state;
    bool inbound;            /* by a published port */
    bool pinned;             /* a name opened it: the end of its pin does not end it */
    bool guest_fin, our_fin; /* who has ended his side */
    uint64_t last_ms;
};

/* Each open connection may hold 256 KiB in libslirp, each that ended some pages for a while: at
 * most so many are open, so many begin at once, and so many a second after that. Together with the
 * descriptors and the memory that net/confine.c leaves. */
#define MXC_FLOWS_TCP      1024
#define MXC_FLOWS_BURST    2048
#define MXC_FLOWS_A_SECOND 500

struct mxc_flows;

/* At most 'room' flows, 'half' of them unanswered TCP; 'seed' makes the order unknown to the guest.
 * NULL when out of memory. */
struct mxc_flows *mxc_flows_new(size_t room, size_t half, uint64_t seed);
void mxc_flows_free(struct mxc_flows *flows); /* accepts NULL */

/* The flow, if it did not idle for too long; NULL. */
struct mxc_flow_entry *mxc_flows_find(struct mxc_flows *flows, const struct mxc_flow_key *key,
                                      uint64_t now_ms);

/* Adds a flow that is not there. NULL at a bound: of all, of TCP, of TCP that is half open, of TCP
 * that begins. */
struct mxc_flow_entry *mxc_flows_add(struct mxc_flows *flows, const struct mxc_flow_key *key,
                                     enum mxc_flow_state state, uint64_t now_ms);

void mxc_flows_remove(struct mxc_flows *flows, const struct mxc_flow_key *key);

/* To any state but MXC_FLOW_HALF, in which flows only begin. */
void mxc_flows_change(struct mxc_flows *flows, struct mxc_flow_entry *flow,
                      enum mxc_flow_state state);

/* Removes all flows for which 'ends' says so; returns how many are left. */
size_t mxc_flows_sweep(struct mxc_flows *flows,
                       bool (*ends)(void *context, const struct mxc_flow_entry *flow),
                       void *context);

/* Removes what idled for too long. */
size_t mxc_flows_reap(struct mxc_flows *flows, uint64_t now_ms);

#endif
