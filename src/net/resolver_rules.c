/* SPDX-License-Identifier: MIT */
/* What the compiled rules say to the resolver. */
#include "net/resolver_rules.h"

#include "net/blob.h"

static void say_name(void *context, const char *name, struct mxc_name_ruling *out)
{
    const struct mxc_resolver_rules *rules = context;

    mxc_rules_names(rules->rules, name, out);
}

static enum mxc_why say_guard(void *context, const struct mxc_address *address)
{
    const struct mxc_resolver_rules *rules = context;

    return mxc_rules_guard(rules->rules, rules->live, address);
}

static bool pin(void *context, const struct mxc_address *address, uint32_t name, uint64_t until_ms,
                uint64_t now_ms)
{
    const struct mxc_resolver_rules *rules = context;

    return mxc_pins_add(rules->pins, address, name, until_ms, now_ms);
}

static const char *say_denied(void *context, uint32_t index)
{
    const struct mxc_resolver_rules *rules = context;
    const struct mxc_rules_names *names = &rules->rules->deny_names;

    return index < names->count ? rules->rules->text + names->items[index].text : NULL;
}

static bool is_name(void *context, uint32_t name)
{
    return name == *(const uint32_t *)context;
}

static bool deny(void *context, const struct mxc_address *address, uint32_t index,
                 uint64_t until_ms, uint64_t now_ms)
{
    struct mxc_resolver_rules *rules = context;

    if (!rules->denied)
        return false;
    if (!mxc_pins_find(rules->denied, address, now_ms, is_name, &index))
        rules->closed = true;
    return mxc_pins_add(rules->denied, address, index, until_ms, now_ms);
}

static void retire(void *context, const struct mxc_retiring *which, uint64_t until_ms,
                   uint64_t now_ms)
{
    struct mxc_resolver_rules *rules = context;

    if (rules->denied)
        mxc_pins_retire(rules->denied, which, until_ms, now_ms);
}

struct mxc_resolver_judge mxc_resolver_judge_of(struct mxc_resolver_rules *rules)
{
    return (struct mxc_resolver_judge){
        .context = rules,
        .name = say_name,
        .guard = say_guard,
        .pin = pin,
        .denied = say_denied,
        .deny = deny,
        .retire = retire,
    };
}
