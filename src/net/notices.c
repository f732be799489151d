/* SPDX-License-Identifier: MIT */
/* A token bucket, and a small memory of what was said. */
#include "net/notices.h"

#include <string.h>

#define BURST      50
#define EACH_MS    50 /* one event more: 20 in a second */
#define SILENCE_MS 1000
#define WHOLE      1000U

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
    sum = mix(sum, &event->to.family, sizeof event->to.family);
    sum = mix(sum, event->to.bytes, sizeof event->to.bytes);
    return mix(sum, event->name, strlen(event->name)) | 1;
}

static bool was_just_told(struct mxc_notices *notices, uint64_t mark, uint64_t now_ms)
{
    size_t slot = mark / 2 % MXC_NOTICES_KNOWN;

    return notices->known[slot].mark == mark && notices->known[slot].until_ms > now_ms;
}

static void fill(struct mxc_notices *notices, uint64_t now_ms)
{
    uint64_t passed = now_ms > notices->filled_ms ? now_ms - notices->filled_ms : 0;

    if (!notices->begun || passed > (uint64_t)BURST * EACH_MS) {
        notices->thousandths = (uint64_t)BURST * WHOLE;
    } else {
        notices->thousandths += passed * WHOLE / EACH_MS;
        if (notices->thousandths > (uint64_t)BURST * WHOLE)
            notices->thousandths = (uint64_t)BURST * WHOLE;
    }
    notices->begun = 1;
    notices->filled_ms = now_ms > notices->filled_ms ? now_ms : notices->filled_ms;
}

static bool take(struct mxc_notices *notices)
{
    if (notices->thousandths < WHOLE)
        return false;
    notices->thousandths -= WHOLE;
    return true;
}

static void tell_untold(struct mxc_notices *notices)
{
    const struct mxc_net_event event = { .kind = MXC_NET_UNTOLD,
                                         .count = notices->untold,
                                         .rule = MXC_NO_RULE };

    notices->untold = 0;
    notices->tell(notices->context, &event);
}

void mxc_notices_add(struct mxc_notices *notices, const struct mxc_net_event *event,
                     uint64_t now_ms)
{
    uint64_t mark = mark_of(event);
    size_t slot = mark / 2 % MXC_NOTICES_KNOWN;

    fill(notices, now_ms);
    if (was_just_told(notices, mark, now_ms) || !take(notices)) {
        notices->untold += notices->untold < UINT32_MAX;
        return;
    }
    notices->known[slot].mark = mark;
    notices->known[slot].until_ms = now_ms + SILENCE_MS;
    notices->tell(notices->context, event);
}

void mxc_notices_tick(struct mxc_notices *notices, uint64_t now_ms, bool end)
{
    fill(notices, now_ms);
    if (notices->untold && (take(notices) || end))
        tell_untold(notices);
}
