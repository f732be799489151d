/* SPDX-License-Identifier: MIT */
/* A hash table with chains of numbers in one block of memory. */
#include "net/flows.h"

#include <stdlib.h>
#include <string.h>

#include "net/bucket.h"

#define NONE       UINT32_MAX
#define REAP_PAUSE 50 /* ms: at the bound each new flow would search the whole table */

_Static_assert(sizeof(struct mxc_flow_key) == 24, "keys are compared as bytes");

/* Of connections. libslirp keeps what it knows of one for ten seconds after its end, so that those
 * which are open do not tell what it holds. */
static const struct mxc_bucket_rate beginning = { MXC_FLOWS_BURST, MXC_FLOWS_A_SECOND };

struct mxc_flows {
    size_t room, used, half, half_room;
    size_t tcp; /* half or fully open */
    struct mxc_bucket bucket;
    uint64_t seed, next_reap_ms;
    uint32_t free;
    uint32_t *heads; /* room of them */
    struct mxc_flow_entry *items;
};

/* How long a flow may be silent, in ms; the second number counts when there is no room. TCP that
 * idles is kept for hours: that is what idle logins do. What has ended is kept only for
 * stragglers. */
static const uint64_t idle_ms[MXC_FLOW_STATES][2] = {
    [MXC_FLOW_HALF] = { 90 * 1000, 90 * 1000 },
    [MXC_FLOW_OPEN] = { 6 * 3600 * 1000, 6 * 3600 * 1000 },
    [MXC_FLOW_CLOSED] = { 10 * 1000, 0 },
    [MXC_FLOW_ASKED] = { 60 * 1000, 5 * 1000 },
    [MXC_FLOW_SPOKEN] = { 240 * 1000, 30 * 1000 },
};

struct mxc_flows *mxc_flows_new(size_t room, size_t half, uint64_t seed)
{
    struct mxc_flows *flows = room && room < NONE ? calloc(1, sizeof *flows) : NULL;

    if (!flows)
        return NULL;
    *flows = (struct mxc_flows){ .room = room, .half_room = half, .seed = seed };
    flows->heads = calloc(room, sizeof *flows->heads);
    flows->items = calloc(room, sizeof *flows->items);
    if (!flows->heads || !flows->items) {
        mxc_flows_free(flows);
        return NULL;
    }
    for (size_t i = 0; i < room; i++) {
        flows->heads[i] = NONE;
        flows->items[i].next = i + 1 < room ? (uint32_t)i + 1 : NONE;
    }
    return flows;
}

void mxc_flows_free(struct mxc_flows *flows)
{
    if (!flows)
        return;
    free(flows->heads);
    free(flows->items);
    free(flows);
}

static uint32_t *chain(const struct mxc_flows *flows, const struct mxc_flow_key *key)
{
    uint64_t words[3], sum = flows->seed;

    memcpy(words, key, sizeof words);
    for (size_t i = 0; i < 3; i++) {
        sum = (sum ^ words[i]) * 0xff51afd7ed558ccdU;
        sum ^= sum >> 32 ^ flows->seed >> 7;
    }
    return &flows->heads[sum % flows->room];
}

static bool is_idle(const struct mxc_flow_entry *flow, uint64_t now_ms, bool full)
{
    return now_ms >= flow->last_ms && now_ms - flow->last_ms >= idle_ms[flow->state][full];
}

static bool is_tcp(unsigned state)
{
    return state == MXC_FLOW_HALF || state == MXC_FLOW_OPEN;
}

/* Takes the flow out of its chain, of which 'link' is a part. */
static void drop(struct mxc_flows *flows, uint32_t *link)
{
    uint32_t index = *link;
    struct mxc_flow_entry *flow = &flows->items[index];

    *link = flow->next;
    flow->next = flows->free;
    flows->free = index;
    flows->used--;
    flows->half -= flow->state == MXC_FLOW_HALF;
    flows->tcp -= is_tcp(flow->state);
}

struct mxc_flow_entry *mxc_flows_find(struct mxc_flows *flows, const struct mxc_flow_key *key,
                                      uint64_t now_ms)
{
    for (uint32_t *link = chain(flows, key); *link != NONE; link = &flows->items[*link].next) {
        struct mxc_flow_entry *flow = &flows->items[*link];

        if (memcmp(&flow->key, key, sizeof *key) != 0)
            continue;
        if (!is_idle(flow, now_ms, false))
            return flow;
        drop(flows, link);
        return NULL;
    }
    return NULL;
}

size_t mxc_flows_sweep(struct mxc_flows *flows,
                       bool (*ends)(void *context, const struct mxc_flow_entry *flow),
                       void *context)
{
    for (size_t i = 0; i < flows->room; i++)
        for (uint32_t *link = &flows->heads[i]; *link != NONE;)
            if (ends(context, &flows->items[*link]))
                drop(flows, link);
            else
                link = &flows->items[*link].next;
    return flows->used;
}

struct reaping {
    uint64_t now_ms;
    bool full;
};

static bool ends_idle(void *context, const struct mxc_flow_entry *flow)
{
    const struct reaping *reaping = context;

    return is_idle(flow, reaping->now_ms, reaping->full);
}

static size_t reap(struct mxc_flows *flows, uint64_t now_ms, bool full)
{
    struct reaping reaping = { now_ms, full };

    if (full)
        flows->next_reap_ms = now_ms + REAP_PAUSE;
    return mxc_flows_sweep(flows, ends_idle, &reaping);
}

size_t mxc_flows_reap(struct mxc_flows *flows, uint64_t now_ms)
{
    return reap(flows, now_ms, false);
}

static bool is_full(const struct mxc_flows *flows, bool half)
{
    return flows->free == NONE ||
           (half && (flows->half >= flows->half_room || flows->tcp >= MXC_FLOWS_TCP));
}

struct mxc_flow_entry *mxc_flows_add(struct mxc_flows *flows, const struct mxc_flow_key *key,
                                     enum mxc_flow_state state, uint64_t now_ms)
{
    uint32_t *head = chain(flows, key), index;
    bool half = state == MXC_FLOW_HALF;

    if (is_full(flows, half)) {
        if (now_ms >= flows->next_reap_ms)
            reap(flows, now_ms, true);
        if (is_full(flows, half))
            return NULL;
    }
    if (half && !mxc_bucket_take(&flows->bucket, &beginning, now_ms))
        return NULL;
    index = flows->free;
    flows->free = flows->items[index].next;
    flows->items[index] = (struct mxc_flow_entry){
        .key = *key, .next = *head, .state = (uint8_t)state, .last_ms = now_ms
    };
    *head = index;
    flows->used++;
    flows->half += half;
    flows->tcp += is_tcp(state);
    return &flows->items[index];
}

void mxc_flows_remove(struct mxc_flows *flows, const struct mxc_flow_key *key)
{
    for (uint32_t *link = chain(flows, key); *link != NONE; link = &flows->items[*link].next)
        if (memcmp(&flows->items[*link].key, key, sizeof *key) == 0) {
            drop(flows, link);
            return;
        }
}

void mxc_flows_change(struct mxc_flows *flows, struct mxc_flow_entry *flow,
                      enum mxc_flow_state state)
{
    flows->half -= flow->state == MXC_FLOW_HALF;
    flows->tcp = flows->tcp + is_tcp(state) - is_tcp(flow->state);
    flow->state = (uint8_t)state;
}
