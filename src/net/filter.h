/* SPDX-License-Identifier: MIT */
/* Every frame between the guest and the rest of the world is shown here first.
 *
 * From the guest: ARP and neighbour discovery for the sandbox's own network; and IPv4 and IPv6
 * packets of TCP, UDP and echo requests from the guest's own addresses, without options, fragments
 * or extension headers. The first packet of a flow asks the rules, later ones go with it. What the
 * rules refuse is answered at once: TCP by a reset, all else by "administratively prohibited". All
 * other frames are dropped in silence.
 *
 * To the guest: what belongs to a flow, ICMP errors about one, and new connections to published
 * ports. */
#ifndef MXC_NET_FILTER_H
#define MXC_NET_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/event.h"
#include "net/live.h"
#include "net/reply.h"
#include "net/rules.h"

struct mxc_filter;

struct mxc_filter_options {
    uint8_t guest_mac[6];
    const struct mxc_ruleset *rules; /* both stay the caller's, and must outlive the filter; the */
    const struct mxc_live *live; /* filter uses the time that it is told, not the one in 'live' */
    const uint16_t *published;   /* TCP ports of the guest; copied */
    size_t published_count;
    size_t flows, half_open; /* at most; 0: 4096 and 256 */
    uint64_t seed;           /* that the guest does not know */
    void (*tell)(void *context, const struct mxc_net_event *event);
    void *context;
};

/* NULL when out of memory. */
struct mxc_filter *mxc_filter_new(const struct mxc_filter_options *options);
void mxc_filter_free(struct mxc_filter *filter); /* accepts NULL; tells what was not told */

enum mxc_verdict {
    MXC_FRAME_DROP,
    MXC_FRAME_PASS,
    MXC_FRAME_REPLY,   /* drop it, and write 'reply' to the guest */
    MXC_FRAME_RESOLVE, /* drop it, and give 'query' to the resolver */
    MXC_FRAME_STREAM,  /* a segment for the resolver: drop it, and give it to net/resolver_tcp.h */
};

/* Who asked the resolver. */
struct mxc_asker {
    uint8_t version;  /* 4 or 6 */
    uint8_t ether[6]; /* that was asked */
    uint16_t port;    /* of the guest */
};

struct mxc_filter_out {
    uint8_t reply[MXC_REPLY_ROOM];
    size_t reply_size;
    struct mxc_asker asker;
    const uint8_t *query; /* within the frame */
    size_t query_size;
};

/* A frame that the guest wrote. */
enum mxc_verdict mxc_filter_out(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                                uint64_t now_ms, struct mxc_filter_out *out);

/* A frame for the guest: MXC_FRAME_PASS or MXC_FRAME_DROP. */
enum mxc_verdict mxc_filter_in(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                               uint64_t now_ms);

/* A frame of the guest was passed, and the host does not let us carry it: its flow ends, and it is
 * answered and told of like a refused one. */
enum mxc_verdict mxc_filter_unable(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                                   uint64_t now_ms, struct mxc_filter_out *out);

/* No descriptor is left for another flow, or there are some again: meanwhile nothing begins that
 * would take one. */
void mxc_filter_crowd(struct mxc_filter *filter, bool crowded);

/* The frame that carries the resolver's answer. Its size, or 0 when it does not fit. */
size_t mxc_filter_answer(const struct mxc_filter *filter, const struct mxc_asker *asker,
                         const uint8_t *bytes, size_t size, uint8_t *frame, size_t room);

/* To be called when the host's addresses or the rules changed ('rules' not NULL: to those; then the
 * pins must be new as well, since they hold numbers of names): flows that would not be allowed now
 * end. While the rules are the same, a flow that a name opened outlives its pin. */
void mxc_filter_recheck(struct mxc_filter *filter, const struct mxc_ruleset *rules,
                        uint64_t now_ms);

/* To be called about every second: forgets flows that idle, tells how many events were not told. */
void mxc_filter_tick(struct mxc_filter *filter, uint64_t now_ms);

/* An event of someone else, at the same rate. */
void mxc_filter_tell(struct mxc_filter *filter, const struct mxc_net_event *event, uint64_t now_ms);

#endif
