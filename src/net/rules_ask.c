/* SPDX-License-Identifier: MIT */
/* Questions to the compiled rules. */
#include <string.h>

#include "net/blob.h"
#include "net/closed.h"
#include "net/ranges.h"
#include "net/rules.h"

/* A question, in the form that the tables have. */
struct question {
    const struct mxc_ruleset *rules;
    const struct mxc_live *live;
    const struct mxc_address *to;
    uint8_t wide[16];
    uint32_t key;
};

/* The first node, counted from one, that may contain an address: the last one not beyond it. */
static uint32_t last_before(const struct mxc_rules_table *table, const uint8_t wide[16])
{
    uint32_t low = 0, high = table->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (memcmp(table->nodes[middle].address, wide, 16) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The next node, from 'at' upwards, that contains the address; NULL at the end. */
static const struct mxc_rules_node *climb(const struct mxc_rules_table *table, uint32_t at,
                                          const uint8_t wide[16])
{
    while (at && !mxc_address_shares(wide, table->nodes[at - 1].address, table->nodes[at - 1].bits))
        at = table->nodes[at - 1].parent;
    return at ? &table->nodes[at - 1] : NULL;
}

static const struct mxc_rules_range *find_key(const struct mxc_ruleset *rules, uint32_t set,
                                              uint32_t key)
{
    uint32_t first = set ? rules->set_ends[set - 1] : 0;

    return mxc_ranges_find(rules->ranges + first, rules->set_ends[set] - first, key);
}

/* The lowest rule that denies the key at this address. */
static uint32_t denying_rule(const struct mxc_ruleset *rules, const uint8_t wide[16], uint32_t key)
{
    const struct mxc_rules_table *table = &rules->deny;
    uint32_t lowest = MXC_NO_RULE, at = last_before(table, wide);

    for (const struct mxc_rules_node *node; (node = climb(table, at, wide)); at = node->parent) {
        const struct mxc_rules_range *range = find_key(rules, node->set, key);

        if (range && range->value < lowest)
            lowest = range->value;
    }
    return lowest;
}

/* ---- names that are denied */

struct denial {
    const struct mxc_ruleset *rules;
    uint32_t key, lowest;
    const struct mxc_rules_name *name; /* with the lowest rule; NULL: none */
};

static bool pin_denies(void *context, uint32_t name)
{
    struct denial *denial = context;
    const struct mxc_rules_names *names = &denial->rules->deny_names;

    if (name < names->count && names->items[name].rule < denial->lowest &&
        find_key(denial->rules, names->items[name].set, denial->key)) {
        denial->name = &names->items[name];
        denial->lowest = denial->name->rule;
    }
    return false;
}

/* The lowest rule that denies by a name that points to one of these addresses. 'behind' may be
 * NULL. */
static struct denial denying_name(const struct question *question, const uint8_t *behind)
{
    struct denial denial = { question->rules, question->key, MXC_NO_RULE, NULL };
    const struct mxc_live *live = question->live;
    struct mxc_address inner;

    if (!live || !live->denied)
        return denial;
    (void)mxc_pins_find(live->denied, question->to, live->now_ms, pin_denies, &denial);
    if (behind) {
        inner = mxc_address_v6(behind); /* which makes IPv4 of a mapped one */
        (void)mxc_pins_find(live->denied, &inner, live->now_ms, pin_denies, &denial);
    }
    return denial;
}

static uint32_t lower_of(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

/* What denies says so; else MXC_WHY_NONE. */
static struct mxc_ruling denied(const struct question *question, const uint8_t *behind)
{
    const struct mxc_ruleset *rules = question->rules;
    struct denial by_name = denying_name(question, behind);
    uint32_t rule = lower_of(by_name.lowest, denying_rule(rules, question->wide, question->key));

    if (behind)
        rule = lower_of(rule, denying_rule(rules, behind, question->key));
    return (struct mxc_ruling){ .why = rule == MXC_NO_RULE ? MXC_WHY_NONE : MXC_WHY_RULE,
                                .rule = rule,
                                .name = by_name.name ? rules->text + by_name.name->text : NULL };
}

/* ---- networks that are allowed */

static bool names_some(const struct mxc_ruleset *rules, uint32_t set, uint32_t least)
{
    for (uint32_t i = set ? rules->set_ends[set - 1] : 0; i < rules->set_ends[set]; i++)
        if (rules->ranges[i].value >= least)
            return true;
    return false;
}

/* Does an allow rule with a network of at least 'least' bits cover the key, or any key (0)? */
static bool allowed(const struct mxc_ruleset *rules, const uint8_t wide[16], uint32_t key,
                    uint32_t least)
{
    const struct mxc_rules_table *table = &rules->allow;
    uint32_t at = last_before(table, wide);

    for (const struct mxc_rules_node *node; (node = climb(table, at, wide)); at = node->parent) {
        const struct mxc_rules_range *range = key ? find_key(rules, node->set, key) : NULL;

        if (node->bits < least)
            return false;
        if (key ? range && range->value >= least : names_some(rules, node->set, least))
            return true;
    }
    return false;
}

/* What is closed about an address, the moment included. */
static struct mxc_closed closed_now(const struct mxc_ruleset *rules, const struct mxc_live *live,
                                    const uint8_t wide[16])
{
    struct mxc_closed closed = mxc_closed_find(wide);

    if (closed.why != MXC_WHY_NONE && !closed.opens)
        return closed;
    if (live && mxc_spans_have(live->own, wide))
        return (struct mxc_closed){ MXC_WHY_OWN_ADDRESS, 128, true };
    if (closed.why == MXC_WHY_PRIVATE && !(rules->header->flags & MXC_RULES_PRIVATE_CLOSED))
        closed.why = MXC_WHY_NONE;
    return closed;
}

static bool is_default(const struct mxc_ruleset *rules)
{
    return rules->header->flags & MXC_RULES_DEFAULT_ALLOW;
}

/* ---- pins */

static bool pin_opens(void *context, uint32_t name)
{
    const struct question *question = context;
    const struct mxc_rules_names *names = &question->rules->allow_names;

    return name < names->count &&
           find_key(question->rules, names->items[name].set, question->key) != NULL;
}

/* Whoever answers for a name does not decide whether private addresses are reached by it. */
static bool pinned(const struct question *question)
{
    const struct mxc_live *live = question->live;
    struct question copy = *question;

    return live && live->pins &&
           mxc_rules_guard(question->rules, live, question->to) == MXC_WHY_NONE &&
           mxc_pins_find(live->pins, question->to, live->now_ms, pin_opens, &copy);
}

/* ---- flows */

static struct mxc_ruling refuse(enum mxc_why why)
{
    return (struct mxc_ruling){ .why = why, .rule = MXC_NO_RULE };
}

static struct mxc_ruling allow(bool by_name)
{
    return (struct mxc_ruling){ .allow = true, .pinned = by_name, .rule = MXC_NO_RULE };
}

static struct mxc_ruling ask_gateway(const struct question *question)
{
    const struct mxc_rules_header *header = question->rules->header;
    bool port =
        header->loopback_port && question->key == MXC_KEY(MXC_PROTO_TCP, header->loopback_port);

    return header->flags & MXC_RULES_LOOPBACK || port ? allow(false) : refuse(MXC_WHY_LOOPBACK);
}

static struct mxc_ruling ask_open(const struct question *question)
{
    struct mxc_closed closed = closed_now(question->rules, question->live, question->wide);
    bool is_closed = closed.why != MXC_WHY_NONE;

    if (is_closed && !closed.opens)
        return refuse(closed.why);
    if (allowed(question->rules, question->wide, question->key, is_closed ? closed.bits : 0))
        return allow(false);
    if (is_closed)
        return refuse(closed.why);
    if (is_default(question->rules))
        return allow(false);
    return pinned(question) ? allow(true) : refuse(MXC_WHY_DEFAULT);
}

struct mxc_ruling mxc_rules_ask(const struct mxc_ruleset *rules, const struct mxc_live *live,
                                const struct mxc_flow *flow)
{
    struct question question = { rules, live, &flow->to, { 0 }, 0 };
    uint8_t behind[16];
    struct mxc_ruling ruling;
    bool gateway, has_behind;

    mxc_address_wide(&flow->to, question.wide);
    question.key = MXC_KEY(flow->protocol, flow->protocol == MXC_PROTO_ICMP ? 0 : flow->port);
    has_behind = mxc_closed_behind(question.wide, behind);
    gateway = mxc_closed_is_gateway(question.wide);
    ruling = denied(&question, has_behind ? behind : NULL);
    if (ruling.why != MXC_WHY_NONE)
        return ruling;
    if (gateway)
        return ask_gateway(&question);
    if (has_behind && closed_now(rules, live, behind).why != MXC_WHY_NONE)
        return refuse(closed_now(rules, live, behind).why);
    return ask_open(&question);
}

/* ---- answers to names */

/* Private addresses are ordinary ones for flows, but not for answers. */
static bool private_opens(const struct mxc_ruleset *rules, const uint8_t wide[16])
{
    return is_default(rules) || allowed(rules, wide, 0, 0);
}

enum mxc_why mxc_rules_guard(const struct mxc_ruleset *rules, const struct mxc_live *live,
                             const struct mxc_address *address)
{
    uint8_t wide[16], behind[16];
    bool has_behind, is_private;
    struct mxc_closed closed;
    enum mxc_why why;

    mxc_address_wide(address, wide);
    has_behind = !mxc_closed_is_gateway(wide) && mxc_closed_behind(wide, behind);
    why = has_behind ? closed_now(rules, live, behind).why : MXC_WHY_NONE;
    if (why != MXC_WHY_NONE)
        return why;
    closed = closed_now(rules, live, wide);
    if (closed.why != MXC_WHY_NONE)
        return closed.opens && allowed(rules, wide, 0, closed.bits) ? MXC_WHY_NONE : closed.why;
    is_private = mxc_closed_find(wide).why != MXC_WHY_NONE ||
                 (has_behind && mxc_closed_find(behind).why != MXC_WHY_NONE);
    return is_private && !private_opens(rules, wide) ? MXC_WHY_PRIVATE : MXC_WHY_NONE;
}
