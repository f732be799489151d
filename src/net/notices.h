/* SPDX-License-Identifier: MIT */
/* Events at a bearable rate: the same one at most once in a second, all together from a bucket that
 * fills slowly. What is kept back is counted for each event, and told with the next one that is the
 * same, or when there is time for it. */
#ifndef MXC_NET_NOTICES_H
#define MXC_NET_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

#include "net/bucket.h"
#include "net/event.h"

/* Different events that are remembered; of those beyond only the number is. */
#define MXC_NOTICES_KNOWN 128

struct mxc_notice {
    struct mxc_net_event event;
    uint64_t kept;     /* so many were not told */
    uint64_t until_ms; /* not to be told before */
};

/* Caller's memory; set 'tell' and 'context', the rest is zero. */
struct mxc_notices {
    void (*tell)(void *context, const struct mxc_net_event *event);
    void *context;
    struct mxc_bucket bucket;
    uint64_t untold;                   /* which they were is not known */
    uint64_t marks[MXC_NOTICES_KNOWN]; /* 0: none is known there */
    struct mxc_notice known[MXC_NOTICES_KNOWN];
};

/* Tells an event, together with those like it that were kept back; or keeps it back. The counts of
 * all that is told and kept back are together those of what was added. */
void mxc_notices_add(struct mxc_notices *notices, const struct mxc_net_event *event,
                     uint64_t now_ms);

/* Tells some of what was kept back, as far as the bucket lets it; to be called about every second,
 * and with 'end' when no more will come: then all is told in any case. */
void mxc_notices_tick(struct mxc_notices *notices, uint64_t now_ms, bool end);

#endif
