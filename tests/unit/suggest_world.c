/* SPDX-License-Identifier: MIT */
/* Policies as texts, what their rules say, and what a patch makes of them. */
#include "suggest_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "net/blob.h"
#include "policy/cidr.h"

/* ---- JSON Patch, as much of it as is suggested */

static json_t *step_into(json_t *at, const char *key)
{
    return json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10))
                             : json_object_get(at, key);
}

static void apply_one(json_t *root, const json_t *op)
{
    char path[256], *rest = NULL, *key, *next;
    const char *kind = json_string_value(json_object_get(op, "op"));
    json_t *value = json_object_get(op, "value"), *at = root;

    (void)snprintf(path, sizeof path, "%s", json_string_value(json_object_get(op, "path")));
    key = strtok_r(path, "/", &rest);
    for (; (next = strtok_r(NULL, "/", &rest)) != NULL; key = next)
        assert_non_null(at = step_into(at, key));
    if (!strcmp(kind, "remove"))
        assert_int_equal(json_is_array(at) ? json_array_remove(at, strtoul(key, NULL, 10))
                                           : json_object_del(at, key),
                         0);
    else if (json_is_array(at)) {
        assert_string_equal(key, "-");
        assert_int_equal(json_array_append(at, value), 0);
    } else
        assert_int_equal(json_object_set(at, key, value), 0);
}

char *world_patched(const char *policy, const char *patch)
{
    json_t *root = json_loads(policy, 0, NULL), *ops = json_loads(patch, 0, NULL), *op;
    char *text;
    size_t i;

    assert_non_null(root);
    assert_true(json_array_size(ops) > 0);
    json_array_foreach(ops, i, op) apply_one(root, op);
    text = json_dumps(root, 0);
    json_decref(ops);
    json_decref(root);
    return text;
}

/* ---- policies, and what they say of a flow */

void world_load(struct world *world, const char *text)
{
    struct mxc_cidr own;
    struct mxc_blob blob;
    struct mxc_err err;

    *world = (struct world){ 0 };
    if (mxc_policy_read(&world->arena, text, strlen(text), NULL, &world->policy, &err) < 0)
        fail_msg("%s: %s in %s", err.where, err.text, text);
    assert_int_equal(mxc_rules_compile(&world->arena, &world->policy.network, NULL, &blob, &err),
                     0);
    assert_int_equal(mxc_rules_open(blob.data, blob.size, &world->rules, &err), 0);
    assert_int_equal(mxc_cidr_parse("198.51.100.7", &own), MXC_CIDR_OK);
    assert_int_equal(mxc_spans_add(&world->own, &own), 0);
    world->live.own = &world->own;
    assert_non_null(world->pins = mxc_pins_new(64));
    world->live.pins = world->pins;
}

void world_unload(struct world *world)
{
    mxc_pins_free(world->pins);
    mxc_pins_free(world->denied);
    mxc_spans_done(&world->own);
    mxc_arena_done(&world->arena);
}

/* The resolver has answered the event's name with the event's address. */
void world_resolve(struct world *world, const struct mxc_net_event *event)
{
    struct mxc_name_ruling ruling;

    if (!*event->name || !event->to.family)
        return;
    mxc_rules_names(&world->rules, event->name, &ruling);
    for (uint32_t i = 0; i < ruling.count; i++)
        assert_true(mxc_pins_add(world->pins, &event->to, ruling.pins[i], 1000, 0));
}

struct mxc_ruling world_ask(const struct world *world, const struct mxc_net_event *event)
{
    const struct mxc_flow flow = { event->to, (enum mxc_protocol)event->protocol, event->port };

    return mxc_rules_ask(&world->rules, &world->live, &flow);
}

void world_deny(struct world *world, const char *name, const char *address)
{
    const struct mxc_rules_names *names = &world->rules.deny_names;
    struct mxc_address to;

    if (!world->denied)
        assert_non_null(world->denied = mxc_pins_new(64));
    world->live.denied = world->denied;
    assert_true(mxc_address_parse(address, &to));
    for (uint32_t i = 0; i < names->count; i++)
        if (!strcmp(world->rules.text + names->items[i].text, name))
            assert_true(mxc_pins_add(world->denied, &to, i, 1000, 0));
}
