/* SPDX-License-Identifier: MIT */
/* What is suggested for a refusal opens that and nothing else: random policies, random flows and names, all of
 * which are asked before and after the patch. */
#include "suggest_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/closed.h"

#define ROUNDS 1500
#define OTHERS 300

static uint64_t state = 88172645463325252U;

static unsigned roll(unsigned sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % sides;
}

/* ---- what there is: few of each, so that they meet */

static const char *const addresses[] = {
    "10.1.2.3",        "10.1.2.4",         "10.200.0.1",  "20.2.2.9",  "20.2.2.10",
    "1.1.1.1",         "2001:db8::1",      "2001:db8::2", "fc00:1::1", "64:ff9b::a01:203",
    "2002:a01:203::1", "64:ff9b::101:101", "169.254.7.7", "10.0.2.2",  "fd00::2",
    "127.0.0.1",       "169.254.169.254",  "9.9.9.9",     "9.9.9.10",  "2001:db8:9::9",
};

static const struct {
    const char *cidr, *in[2]; /* exceptions that may be */
} networks[] = {
    { "10.0.0.0/8", { "10.1.2.0/30", "10.200.0.1" } },
    { "10.1.2.3", { NULL, NULL } },
    { "20.2.2.0/24", { "20.2.2.8/31", "20.2.2.200" } },
    { "0.0.0.0/0", { "1.1.1.1", "10.0.0.0/8" } },
    { "::/0", { "2001:db8::/32", "::ffff:9.9.9.9" } },
    { "2001:db8::/32", { "2001:db8::2", "2001:db8:9::/48" } },
    { "2001:db8::1", { NULL, NULL } },
    { "::ffff:10.1.0.0/112", { "::ffff:10.1.2.3", "::ffff:10.1.2.4/127" } },
    { "::ffff:1.1.1.1", { NULL, NULL } },
    { "64:ff9b::/96", { "64:ff9b::a01:203", "64:ff9b::101:101" } },
    { "127.0.0.0/8", { "127.0.0.2", "127.0.1.0/24" } },
    { "169.254.0.0/16", { "169.254.7.7", "169.254.169.254" } },
};

static const char *const hosts[] = { "bad.test", "worse.test", "*.test", "api.example.org",
                                     "*.org" };
static const char *const names[] = { "bad.test",        "worse.test", "other.test",
                                     "api.example.org", "b.org",      "x.bad.test" };

/* Where the denied names were found. */
static const struct {
    const char *name, *address;
} found[] = {
    { "bad.test", "9.9.9.9" },    { "bad.test", "2001:db8:9::9" },  { "worse.test", "9.9.9.10" },
    { "worse.test", "20.2.2.9" }, { "api.example.org", "1.1.1.1" },
};

static const uint16_t ports[] = { 1, 22, 79, 80, 81, 442, 443, 444, 1000, 65535 };

/* ---- policies */

static void add_ports(struct mxc_buf *out)
{
    static const char *const protocols[] = { "any", "tcp", "udp", "icmp" };

    mxc_buf_add(out, "\"ports\":[");
    for (unsigned left = 1 + roll(3), i = 0; i < left; i++) {
        unsigned protocol = roll(4), first = ports[roll(COUNT(ports))], last = first + roll(500);

        mxc_buf_format(out, "%s{\"protocol\":\"%s\"", i ? "," : "", protocols[protocol]);
        if (protocol < 3 && roll(3))
            mxc_buf_format(out, ",\"port\":%u", first);
        else
            last = 0;
        if (last && roll(2))
            mxc_buf_format(out, ",\"endPort\":%u", last < 65535 ? last : 65535);
        mxc_buf_add(out, "}");
    }
    mxc_buf_add(out, "]");
}

static void add_network(struct mxc_buf *out)
{
    unsigned i = roll(COUNT(networks)), excepts = roll(4);

    mxc_buf_format(out, "{\"cidr\":\"%s\"", networks[i].cidr);
    if (networks[i].in[0] && excepts < 2)
        mxc_buf_format(out, ",\"except\":[\"%s\"]", networks[i].in[excepts]);
    mxc_buf_add(out, "}");
}

static void add_rule(struct mxc_buf *out, bool by_name)
{
    bool some = roll(6) != 0;

    mxc_buf_add(out, "{");
    if (some) {
        mxc_buf_add(out, "\"to\":[");
        for (unsigned left = 1 + roll(4), i = 0; i < left; i++) {
            mxc_buf_add(out, i ? "," : "");
            if (by_name && !roll(3))
                mxc_buf_format(out, "{\"host\":\"%s\"}", hosts[roll(COUNT(hosts))]);
            else
                add_network(out);
        }
        mxc_buf_add(out, "]");
    }
    if (roll(2)) {
        mxc_buf_add(out, some ? "," : "");
        add_ports(out);
    }
    mxc_buf_add(out, "}");
}

static void add_entries(struct mxc_buf *out, const char *key, unsigned count)
{
    mxc_buf_format(out, ",\"%s\":[", key);
    for (unsigned i = 0; i < count; i++)
        mxc_buf_format(out, "%s\"%s\"", i ? "," : "",
                       roll(3) ? networks[roll(COUNT(networks))].cidr : hosts[roll(COUNT(hosts))]);
    mxc_buf_add(out, "]");
}

static void add_legacy(struct mxc_buf *out)
{
    mxc_buf_format(out,
                   "{\"version\":\"0.7.0\",\"process\":{\"commandLine\":\"true\"},\"network\":{"
                   "\"defaultPolicy\":\"%s\",\"allowLocalNetwork\":%s",
                   roll(3) ? "allow" : "block", roll(2) ? "true" : "false");
    add_entries(out, "blockedHosts", 1 + roll(4));
    mxc_buf_add(out, "}}");
}

static void add_directional(struct mxc_buf *out)
{
    mxc_buf_format(out,
                   "{\"process\":{\"commandLine\":\"true\"},\"network\":{\"ingress\":{"
                   "\"hostLoopback\":\"%s\"},\"egress\":{\"default\":\"%s\"",
                   roll(2) ? "allow" : "deny", roll(3) ? "allow" : "deny");
    for (unsigned deny = 0; deny < 2; deny++) {
        mxc_buf_format(out, ",\"%s\":[", deny ? "deny" : "allow");
        for (unsigned left = deny ? 1 + roll(4) : roll(2), i = 0; i < left; i++) {
            mxc_buf_add(out, i ? "," : "");
            add_rule(out, deny);
        }
        mxc_buf_add(out, "]");
    }
    mxc_buf_add(out, "}}}");
}

static bool load(struct world *world, const char *text)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;
    bool good = mxc_policy_read(&arena, text, strlen(text), NULL, &policy, &err) == 0;

    mxc_arena_done(&arena);
    if (!good)
        return false;
    world_load(world, text);
    for (size_t i = 0; i < COUNT(found); i++)
        world_deny(world, found[i].name, found[i].address);
    return true;
}

/* ---- flows */

static struct mxc_flow any_flow(void)
{
    struct mxc_flow flow = { .protocol = (enum mxc_protocol)(1 + roll(3)) };

    assert_true(mxc_address_parse(addresses[roll(COUNT(addresses))], &flow.to));
    if (flow.protocol != MXC_PROTO_ICMP)
        flow.port = ports[roll(COUNT(ports))];
    return flow;
}

static struct mxc_ruling ask(const struct world *world, const struct mxc_flow *flow)
{
    return mxc_rules_ask(&world->rules, &world->live, flow);
}

static bool is_gateway(const struct mxc_address *address)
{
    uint8_t wide[16];

    mxc_address_wide(address, wide);
    return mxc_closed_is_gateway(wide);
}

/* Can packets to the one address end where those to the other do? No rule tells them apart then. */
static bool are_kin(const struct mxc_address *a, const struct mxc_address *b)
{
    uint8_t wide[2][16], behind[2][16];
    bool has[2];

    mxc_address_wide(a, wide[0]);
    mxc_address_wide(b, wide[1]);
    for (unsigned i = 0; i < 2; i++)
        has[i] = mxc_closed_behind(wide[i], behind[i]);
    return !memcmp(wide[0], wide[1], 16) || (has[0] && !memcmp(behind[0], wide[1], 16)) ||
           (has[1] && !memcmp(behind[1], wide[0], 16)) ||
           (has[0] && has[1] && !memcmp(behind[0], behind[1], 16));
}

/* The gateway has no ports; in the legacy form the same word opens the private networks. */
static bool comes_with_loopback(const struct mxc_address *address, bool legacy)
{
    uint8_t wide[16], behind[16];

    mxc_address_wide(address, wide);
    if (mxc_closed_is_gateway(wide))
        return true;
    return legacy &&
           (mxc_closed_find(wide).why == MXC_WHY_PRIVATE ||
            (mxc_closed_behind(wide, behind) && mxc_closed_find(behind).why == MXC_WHY_PRIVATE));
}

static bool was_found(const char *name, const struct mxc_address *address)
{
    struct mxc_address at;

    for (size_t i = 0; i < COUNT(found); i++)
        if (!strcmp(found[i].name, name) && mxc_address_parse(found[i].address, &at) &&
            are_kin(&at, address))
            return true;
    return false;
}

static bool covers(const struct mxc_cidr *cidr, const struct mxc_address *address)
{
    uint8_t wide[16], behind[16], network[16];
    uint8_t bits = mxc_address_wide_cidr(cidr, network);

    mxc_address_wide(address, wide);
    return mxc_address_shares(wide, network, bits) ||
           (mxc_closed_behind(wide, behind) && mxc_address_shares(behind, network, bits));
}

/* Entries of the legacy form have neither ports nor exceptions: those about the event go as a whole. */
static bool shares_entry(const struct world *world, const struct mxc_net_event *event,
                         const struct mxc_flow *flow)
{
    const struct mxc_rules *deny = &world->policy.network.deny;

    for (size_t i = 0; i < deny->count; i++) {
        const struct mxc_peer *entry = &deny->items[i].to[0];

        if (entry->host ? !strcmp(entry->host, event->denied) && was_found(entry->host, &flow->to)
                        : covers(&entry->cidr, &event->to) && covers(&entry->cidr, &flow->to))
            return true;
    }
    return are_kin(&event->to, &flow->to);
}

/* The least that the grammar can open for the event. */
static bool may_open(const struct world *world, const struct mxc_net_event *event,
                     const struct mxc_flow *flow)
{
    bool same_way = flow->protocol == event->protocol && flow->port == event->port;
    const struct mxc_network *network = &world->policy.network;
    bool legacy = network->form == MXC_NET_LEGACY;

    if (!network->host_loopback_allow && !network->allow_local && is_gateway(&event->to) &&
        comes_with_loopback(&flow->to, legacy))
        return true;
    if (legacy)
        return shares_entry(world, event, flow);
    return same_way && (are_kin(&event->to, &flow->to) ||
                        (*event->denied && was_found(event->denied, &flow->to)));
}

/* ---- both */

static unsigned helped, hopeless, compared, names_kept;

/* Would it be refused under a policy that says nothing but that it may? */
static bool is_hopeless(bool legacy, const struct mxc_net_event *event)
{
    const struct mxc_flow flow = { event->to, (enum mxc_protocol)event->protocol, event->port };
    char address[MXC_ADDRESS_TEXT], text[300];
    struct world world;
    bool open;

    (void)mxc_address_text(&event->to, address);
    (void)snprintf(text, sizeof text,
                   legacy ? "{\"version\":\"0.7.0\",\"process\":{\"commandLine\":\"true\"},"
                            "\"network\":{\"defaultPolicy\":\"allow\",\"allowedHosts\":[\"%s\"]}}"
                          : "{\"process\":{\"commandLine\":\"true\"},\"network\":{\"egress\":{"
                            "\"default\":\"allow\",\"allow\":[{\"to\":[{\"cidr\":\"%s\"}]}]}}}",
                   address);
    if (!load(&world, text))
        return true;
    open = ask(&world, &flow).allow;
    world_unload(&world);
    return !open;
}

static void compare_flow(const struct world *before, struct world *after, const char *patch,
                         const struct mxc_net_event *event)
{
    const struct mxc_flow other = any_flow();
    char text[2][MXC_ADDRESS_TEXT];

    if (ask(before, &other).allow || !ask(after, &other).allow)
        return;
    compared++;
    if (!may_open(before, event, &other))
        fail_msg("%s for %s %u:%u opens %s %u:%u", patch, mxc_address_text(&event->to, text[0]),
                 event->protocol, event->port, mxc_address_text(&other.to, text[1]), other.protocol,
                 other.port);
}

static void compare_names(const struct world *before, const struct world *after, const char *patch,
                          bool (*may)(const struct mxc_net_event *, const char *),
                          const struct mxc_net_event *event)
{
    struct mxc_name_ruling was, is;

    for (size_t i = 0; i < COUNT(names); i++) {
        mxc_rules_names(&before->rules, names[i], &was);
        mxc_rules_names(&after->rules, names[i], &is);
        if (was.resolves || !is.resolves) {
            names_kept += !was.resolves;
            continue;
        }
        if (!may(event, names[i]))
            fail_msg("%s for %s%s opens the name %s", patch, event->name, event->denied, names[i]);
    }
}

static bool is_denied_name(const struct mxc_net_event *event, const char *name)
{
    return !strcmp(event->denied, name);
}

static void check_flow(const char *text, struct world *before)
{
    const struct mxc_flow flow = any_flow();
    struct mxc_ruling ruling = ask(before, &flow);
    struct mxc_net_event event = { .kind = MXC_NET_REFUSED,
                                   .count = 1,
                                   .protocol = (uint8_t)flow.protocol,
                                   .port = flow.port,
                                   .why = (uint8_t)ruling.why,
                                   .rule = ruling.rule,
                                   .to = flow.to };
    auto_buf patch = { 0 };
    struct world after;
    char *changed;

    if (ruling.allow)
        return;
    if (ruling.name)
        (void)snprintf(event.denied, sizeof event.denied, "%s", ruling.name);
    if (!mxc_suggest_patch(&before->policy.network, &event, &patch)) {
        assert_true(is_hopeless(before->policy.network.form == MXC_NET_LEGACY, &event));
        hopeless++;
        return;
    }
    changed = world_patched(text, patch.data);
    assert_true(load(&after, changed));
    if (!ask(&after, &flow).allow)
        fail_msg("%s does not help in %s", patch.data, text);
    for (int i = 0; i < OTHERS; i++)
        compare_flow(before, &after, patch.data, &event);
    compare_names(before, &after, patch.data, is_denied_name, &event);
    helped++;
    free(changed);
    world_unload(&after);
}

static void each_policy(void (*check)(const char *text, struct world *world))
{
    helped = hopeless = compared = names_kept = 0;
    for (int i = 0; i < ROUNDS; i++) {
        auto_buf text = { 0 };
        struct world world;

        if (roll(4))
            add_directional(&text);
        else
            add_legacy(&text);
        if (!load(&world, text.data))
            continue;
        for (int k = 0; k < 4; k++)
            check(text.data, &world);
        world_unload(&world);
    }
    print_message("%u helped, %u hopeless, %u flows opened, %u names kept\n", helped, hopeless,
                  compared, names_kept);
}

static bool pattern_covers(const char *pattern, const char *name)
{
    size_t above = strlen(pattern) - 1, length = strlen(name);

    if (*pattern != '*')
        return !strcmp(pattern, name);
    return length > above && !strcmp(name + length - above, pattern + 1);
}

/* Patterns have no exceptions: those that cover the asked name go. */
static bool shares_pattern(const struct mxc_net_event *event, const char *name)
{
    if (!strcmp(event->name, name))
        return true;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (pattern_covers(hosts[i], event->name) && pattern_covers(hosts[i], name))
            return true;
    return false;
}

static void compare_name_flows(const struct world *before, const struct world *after,
                               const char *patch, const struct mxc_net_event *event)
{
    for (int i = 0; i < OTHERS; i++) {
        const struct mxc_flow other = any_flow();
        char text[MXC_ADDRESS_TEXT];
        bool may = false;

        if (ask(before, &other).allow || !ask(after, &other).allow)
            continue;
        for (size_t k = 0; k < COUNT(found); k++)
            may |= shares_pattern(event, found[k].name) && was_found(found[k].name, &other.to);
        if (!may)
            fail_msg("%s for %s opens %s", patch, event->name, mxc_address_text(&other.to, text));
        compared++;
    }
}

static void check_name(const char *text, struct world *before)
{
    struct mxc_net_event event = { .kind = MXC_NET_NAME_REFUSED, .count = 1 };
    struct mxc_name_ruling ruling;
    auto_buf patch = { 0 };
    struct world after;
    char *changed;

    (void)snprintf(event.name, sizeof event.name, "%s", names[roll(COUNT(names))]);
    mxc_rules_names(&before->rules, event.name, &ruling);
    if (ruling.resolves)
        return;
    event.why = ruling.denied ? MXC_WHY_RULE : MXC_WHY_NAME;
    event.rule = ruling.rule;
    assert_true(mxc_suggest_patch(&before->policy.network, &event, &patch));
    changed = world_patched(text, patch.data);
    assert_true(load(&after, changed));
    mxc_rules_names(&after.rules, event.name, &ruling);
    if (!ruling.resolves)
        fail_msg("%s does not help in %s", patch.data, text);
    compare_names(before, &after, patch.data, shares_pattern, &event);
    compare_name_flows(before, &after, patch.data, &event);
    helped++;
    free(changed);
    world_unload(&after);
}

static void test_names(void **unused)
{
    (void)unused;
    each_policy(check_name);
    assert_true(helped > ROUNDS && compared > 500 && names_kept > ROUNDS);
}

static void test_flows(void **unused)
{
    (void)unused;
    each_policy(check_flow);
    assert_true(helped > ROUNDS && compared > ROUNDS && names_kept > ROUNDS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flows),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
