/* SPDX-License-Identifier: MIT */
/* Events at a bearable rate: the same one at most once in a second, all together from a bucket that fills slowly,
 * and a count of those that were not told. */
#ifndef MXC_NET_NOTICES_H
#define MXC_NET_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

#include "net/event.h"

#define MXC_NOTICES_KNOWN 64

/* Caller's memory; set 'tell' and 'context', the rest is zero. */
struct mxc_notices {
    void (*tell)(void *context, const struct mxc_net_event *event);
    void *context;
    uint64_t begun;       /* 0: no event yet */
    uint64_t filled_ms;   /* when 'thousandths' was true */
    uint64_t thousandths; /* of an event, that may be told at once */
    uint32_t untold;
    struct {
        uint64_t mark, until_ms;
    } known[MXC_NOTICES_KNOWN];
};

/* Tells an event, or counts it. */
void mxc_notices_add(struct mxc_notices *notices, const struct mxc_net_event *event,
                     uint64_t now_ms);

/* Tells how many were not told, if any and if the bucket lets it; to be called now and then, and with 'end' when
 * no more will come: then it is told in any case. */
void mxc_notices_tick(struct mxc_notices *notices, uint64_t now_ms, bool end);

#endif
