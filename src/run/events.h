/* SPDX-License-Identifier: MIT */
/* What the network refused while a program ran: told as it happens, and summed up at the end
 * (docs/network.md). */
#ifndef MXC_RUN_EVENTS_H
#define MXC_RUN_EVENTS_H

#include "base/buf.h"
#include "net/event.h"
#include "policy/policy.h"

/* Distinct refusals that are kept; of the others only the number is known. */
#define MXC_EVENTS_KEPT 32

struct mxc_events;

/* 'network' is that of the policy as it was read; it must live as long. 'fd' gets one JSON line for
 * each event, -1: nobody does; it stays the caller's. NULL when out of memory. */
struct mxc_events *mxc_events_new(const struct mxc_network *network, int fd);
void mxc_events_free(struct mxc_events *events); /* accepts NULL */

/* Takes one event; believes nothing of it that net/event.h does not check. Never waits: a line that
 * nobody takes is counted and told of later. */
void mxc_events_take(struct mxc_events *events, const struct mxc_net_event *event);

/* The run is over: a last line says how many lines nobody took, if the reader has room for that.
 * Nothing is written afterwards. */
void mxc_events_finish(struct mxc_events *events);

/* The refusals as a JSON list, in the order in which they came first. */
void mxc_events_json(const struct mxc_events *events, struct mxc_buf *out);

/* How many events are not in that list: with the counts in it, they are all that happened. */
uint64_t mxc_events_more(const struct mxc_events *events);

/* A line of words for each, at most 'most', and one for those beyond; "" when nothing was
 * refused. */
void mxc_events_words(const struct mxc_events *events, size_t most, struct mxc_buf *out);

#endif
