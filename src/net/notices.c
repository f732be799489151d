/* SPDX-License-Identifier: MIT */
/* A memory of what was said and what was not. */
#include "net/notices.h"

#include <string.h>

static const struct mxc_bucket_rate rate = { 50, 20 };

#define SILENCE_MS 1000

/* Of what was kept back so many are told at once: the rest of the bucket is for what is new. */
#define TURN 10

/* ---- what is known */

static uint64_t mix(uint64_t sum, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ at[i]) * 0x100000001b3U;
    return sum;
}

static uint64_t mark_of(const struct mxc_net_event *event)
{
    uint64_t sum = mix(0xcbf29ce484222325U, &event->kind, sizeof event->kind);

    sum = mix(sum, &event->protocol, sizeof event->protocol);
    sum = mix(sum, &event->why, sizeof event->why);
    sum = mix(sum, &event->port, sizeof event->port);
    sum = mix(sum, &event->rule, sizeof event->rule);
    sum = mix(sum, &event->to.family, sizeof event->to.family);
    sum = mix(sum, event->to.bytes, sizeof event->to.bytes);
    sum = mix(sum, event->name, strlen(event->name) + 1);
    return mix(sum, event->denied, strlen(event->denied)) | 1;
}

/* Its place, or MXC_NOTICES_KNOWN. The guest chooses what is refused, so a mark proves nothing. */
static size_t find(const struct mxc_notices *notices, const struct mxc_net_event *event,
                   uint64_t mark)
{
    for (size_t i = 0; i < MXC_NOTICES_KNOWN; i++)
        if (notices->marks[i] == mark && mxc_net_event_same(&notices->known[i].event, event))
            return i;
    return MXC_NOTICES_KNOWN;
}

/* A place that holds nothing that was kept back, best the one that may be told again first. */
static size_t place_for(struct mxc_notices *notices, const struct mxc_net_event *event,
                        uint64_t mark)
{
    size_t best = MXC_NOTICES_KNOWN;

    for (size_t i = 0; i < MXC_NOTICES_KNOWN; i++) {
        const struct mxc_notice *notice = &notices->known[i];

        if (!notice->kept &&
            (best == MXC_NOTICES_KNOWN || notice->until_ms < notices->known[best].until_ms))
            best = i;
    }
    if (best == MXC_NOTICES_KNOWN)
        return best;
    notices->marks[best] = mark;
    notices->known[best] = (struct mxc_notice){ .event = *event };
    return best;
}

/* ---- telling */

static void tell(struct mxc_notices *notices, const struct mxc_net_event *event, uint64_t *count)
{
    struct mxc_net_event told = *event;

    told.count = *count < UINT32_MAX ? (uint32_t)*count : UINT32_MAX;
    *count -= told.count;
    notices->tell(notices->context, &told);
}

static void tell_notice(struct mxc_notices *notices, struct mxc_notice *notice, uint64_t now_ms)
{
    notice->until_ms = now_ms + SILENCE_MS;
    tell(notices, &notice->event, &notice->kept);
}

void mxc_notices_add(struct mxc_notices *notices, const struct mxc_net_event *event,
                     uint64_t now_ms)
{
    uint64_t mark = mark_of(event), count = event->count;
    size_t place = find(notices, event, mark);
    bool may;

    may = (place == MXC_NOTICES_KNOWN || notices->known[place].until_ms <= now_ms) &&
          mxc_bucket_take(&notices->bucket, &rate, now_ms);
    if (place == MXC_NOTICES_KNOWN)
        place = place_for(notices, event, mark);
    if (place < MXC_NOTICES_KNOWN) {
        notices->known[place].kept += count;
        if (may)
            tell_notice(notices, &notices->known[place], now_ms);
    } else if (may) {
        tell(notices, event, &count);
    } else {
        notices->untold += count;
    }
}

/* The one that waits for longest; NULL when none may be told. */
static struct mxc_notice *next_kept(struct mxc_notices *notices, uint64_t now_ms, bool end)
{
    struct mxc_notice *found = NULL;

    for (size_t i = 0; i < MXC_NOTICES_KNOWN; i++) {
        struct mxc_notice *notice = &notices->known[i];

        if (notice->kept && (end || notice->until_ms <= now_ms) &&
            (!found || notice->until_ms < found->until_ms))
            found = notice;
    }
    return found;
}

static void tell_kept(struct mxc_notices *notices, uint64_t now_ms, bool end)
{
    struct mxc_notice *notice;

    for (unsigned i = 0; (end || i < TURN) && (notice = next_kept(notices, now_ms, end)); i++) {
        if (!end && !mxc_bucket_take(&notices->bucket, &rate, now_ms))
            return;
        tell_notice(notices, notice, now_ms);
    }
}

void mxc_notices_tick(struct mxc_notices *notices, uint64_t now_ms, bool end)
{
    static const struct mxc_net_event untold = { .kind = MXC_NET_UNTOLD, .rule = MXC_NO_RULE };

    tell_kept(notices, now_ms, end);
    while (notices->untold && (end || mxc_bucket_take(&notices->bucket, &rate, now_ms)))
        tell(notices, &untold, &notices->untold);
}
