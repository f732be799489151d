/* SPDX-License-Identifier: MIT */
/* Events of the network process, which may say anything, about a random policy; and whether what is said of
 * rules in suggestions agrees with the rules. */
#include <fcntl.h>
#include <string.h>

#include "fuzz.h"
#include "net/rules.h"
#include "net_world.h"
#include "run/cover.h"
#include "run/events.h"
#include "run/suggest.h"

#define TOLD 40

static void check_patch(const struct mxc_network *network, const struct mxc_net_event *event)
{
    auto_buf patch = { 0 };

    if (mxc_suggest_patch(network, event, &patch))
        FUZZ_CHECK(fuzz_is_json(patch.data) && fuzz_is_line(patch.data), patch.data);
    else
        FUZZ_CHECK(patch.length == 0, patch.data);
}

/* Of an honest event, without addresses of the host, pins and a proxy, the policy alone tells enough. */
static void check_cover(const struct mxc_network *network, const struct mxc_ruling *ruling,
                        const struct mxc_net_event *event)
{
    if (ruling->why == MXC_WHY_RULE)
        return;
    FUZZ_CHECK(mxc_cover_allowed(network, event) == ruling->allow, NULL);
    for (size_t i = 0; i < network->deny.count; i++)
        FUZZ_CHECK(!mxc_cover_rule(&network->deny.items[i], event), NULL);
}

static struct mxc_net_event honest(struct world *world, const struct mxc_ruleset *rules)
{
    struct mxc_net_event event = { .kind = MXC_NET_REFUSED, .count = 1, .rule = MXC_NO_RULE };
    struct mxc_ruling ruling;
    struct mxc_flow flow;

    world_flow(world, &flow);
    ruling = mxc_rules_ask(rules, NULL, &flow);
    event.to = flow.to;
    event.protocol = (uint8_t)flow.protocol;
    event.port = flow.port;
    event.why = (uint8_t)ruling.why;
    event.rule = ruling.rule;
    check_cover(&world->network, &ruling, &event);
    return event;
}

/* Some bytes of an event that could be true become others. */
static void twist(struct world *world, struct mxc_net_event *event)
{
    unsigned changes = dice_roll(&world->dice, 6);

    if (dice_roll(&world->dice, 2)) {
        const char *name = world_name(world);

        memcpy(event->name, name, strlen(name) + 1);
        event->kind = 1 + dice_roll(&world->dice, 4);
    }
    if (dice_roll(&world->dice, 2)) {
        const char *name = world_name(world);

        memcpy(event->denied, name, strlen(name) + 1);
    }
    while (changes--) {
        size_t at =
            (dice_roll(&world->dice, 3) * 256U + dice_roll(&world->dice, 256)) % sizeof *event;

        ((uint8_t *)event)[at] = (uint8_t)dice_roll(&world->dice, 256);
    }
}

static void tell(struct world *world, const struct mxc_ruleset *rules, struct mxc_events *events)
{
    for (int i = 0; i < TOLD; i++) {
        struct mxc_net_event event = honest(world, rules);
        struct mxc_net_event checked;

        twist(world, &event);
        mxc_events_take(events, &event);
        if (mxc_net_event_take(&event, sizeof event, &checked))
            check_patch(&world->network, &checked);
    }
}

static void check_told(const struct mxc_events *events)
{
    auto_buf json = { 0 }, words = { 0 };

    mxc_events_json(events, &json);
    mxc_events_words(events, 5, &words);
    FUZZ_CHECK(fuzz_is_json(json.data) && fuzz_is_line(json.data), json.data);
    FUZZ_CHECK(!words.data || fuzz_is_lines(words.data), words.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int null = -1;
    struct world world = { .dice = { .bytes = data, .left = size } };
    struct mxc_events *events;
    struct mxc_ruleset rules;
    struct mxc_blob blob;
    struct mxc_err err;

    if (!size)
        return 0;
    if (null < 0)
        null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    world_make(&world);
    FUZZ_CHECK(mxc_rules_compile(&world.arena, &world.network, NULL, &blob, &err) == 0, err.text);
    FUZZ_CHECK(mxc_rules_open(blob.data, blob.size, &rules, &err) == 0, err.text);
    events = mxc_events_new(&world.network, null);
    FUZZ_CHECK(events, NULL);
    tell(&world, &rules, events);
    check_told(events);
    mxc_events_free(events);
    world_done(&world);
    return 0;
}
