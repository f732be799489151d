/* SPDX-License-Identifier: MIT */
/* The compiled rules of a random network against the model. */
#include <stdio.h>
#include <string.h>

#include "net_world.h"

/* What is compared, ready to be asked. */
struct pair {
    struct world *world;
    struct mxc_ruleset rules;
    struct mxc_live live;
    struct mxc_spans own;
};

bool world_compile(struct world *world, struct mxc_blob *out)
{
    struct mxc_err err;

    if (mxc_rules_compile(&world->arena, &world->network, &world->options, out, &err) == 0)
        return true;
    printf("not compiled: %s: %s\n", err.where, err.text);
    return false;
}

bool world_own(const struct world *world, struct mxc_spans *out)
{
    for (size_t i = 0; i < world->model.own_count; i++)
        if (mxc_spans_add(out, &world->own[i]) != 0)
            return false;
    mxc_spans_settle(out);
    return true;
}

/* The pins of a name are those of every text that covers it. */
static bool make_live(struct pair *pair, struct mxc_pins *pins)
{
    const struct model *model = &pair->world->model;
    struct mxc_name_ruling ruling;

    for (size_t i = 0; i < model->pin_count; i++) {
        mxc_rules_names(&pair->rules, model->pins[i].name, &ruling);
        for (uint32_t k = 0; k < ruling.count; k++)
            if (!mxc_pins_add(pins, &model->pins[i].address, ruling.pins[k],
                              model->pins[i].until_ms, 0))
                return false;
    }
    pair->live.pins = pins;
    pair->live.now_ms = model->now_ms;
    pair->live.own = &pair->own;
    return world_own(pair->world, &pair->own);
}

static bool check_flow(const struct pair *pair, const struct mxc_flow *flow, size_t *allowed)
{
    struct mxc_ruling want = model_ask(&pair->world->model, flow);
    struct mxc_ruling got = mxc_rules_ask(&pair->rules, &pair->live, flow);
    enum mxc_why want_guard = model_guard(&pair->world->model, &flow->to);
    enum mxc_why got_guard = mxc_rules_guard(&pair->rules, &pair->live, &flow->to);
    char text[MXC_ADDRESS_TEXT];

    *allowed += got.allow;
    if (want.allow == got.allow && want.why == got.why && want.rule == got.rule &&
        want.pinned == got.pinned && want_guard == got_guard)
        return true;
    printf("protocol %d to %s port %u: want %s %s rule %d, got %s %s rule %d; guard: want %s, got "
           "%s\n",
           (int)flow->protocol, mxc_address_text(&flow->to, text), flow->port,
           want.allow ? "allow" : "refuse", mxc_net_why_text(want.why), (int)want.rule,
           got.allow ? "allow" : "refuse", mxc_net_why_text(got.why), (int)got.rule,
           mxc_net_why_text(want_guard), mxc_net_why_text(got_guard));
    return false;
}

static bool check_name(const struct pair *pair, const char *name)
{
    struct mxc_name_ruling want, got;

    model_names(&pair->world->model, name, &want);
    mxc_rules_names(&pair->rules, name, &got);
    if (want.resolves == got.resolves && want.denied == got.denied && want.rule == got.rule &&
        want.count == got.count)
        return true;
    printf("name %s: want resolves %d denied %d rule %d count %u, got %d %d %d %u\n", name,
           want.resolves, want.denied, (int)want.rule, want.count, got.resolves, got.denied,
           (int)got.rule, got.count);
    return false;
}

static bool check_all(struct pair *pair, size_t questions, size_t *allowed)
{
    for (size_t i = 0; i < questions; i++) {
        struct mxc_flow flow;

        world_flow(pair->world, &flow);
        if (!check_flow(pair, &flow, allowed) ||
            (i % 16 == 0 && !check_name(pair, world_name(pair->world))))
            return false;
    }
    return true;
}

bool world_check(struct world *world, size_t questions, size_t *allowed)
{
    struct pair pair = { .world = world };
    struct mxc_pins *pins = mxc_pins_new(64);
    struct mxc_blob blob;
    struct mxc_err err = { 0 };
    bool good = pins && world_compile(world, &blob);

    if (good && mxc_rules_open(blob.data, blob.size, &pair.rules, &err) < 0) {
        printf("not opened: %s\n", err.text);
        good = false;
    }
    good = good && make_live(&pair, pins) && check_all(&pair, questions, allowed);
    mxc_spans_done(&pair.own);
    mxc_pins_free(pins);
    return good;
}
