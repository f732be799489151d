/* SPDX-License-Identifier: MIT */
/* What is suggested for a refusal helps: the patch is applied to the text of the policy, the reader takes the
 * result, and the rules of it let the refused flow through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "net/rules.h"
#include "policy/cidr.h"
#include "run/suggest.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

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

static char *apply(const char *policy, const char *patch)
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

struct world {
    struct mxc_arena arena;
    struct mxc_policy policy;
    struct mxc_ruleset rules;
    struct mxc_live live;
    struct mxc_spans own;
    struct mxc_pins *pins; /* not of what was asked: of what a name rule gets for its name */
};

static void load(struct world *world, const char *text)
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

static void unload(struct world *world)
{
    mxc_pins_free(world->pins);
    mxc_spans_done(&world->own);
    mxc_arena_done(&world->arena);
}

/* The resolver has answered the event's name with the event's address. */
static void resolve(struct world *world, const struct mxc_net_event *event)
{
    struct mxc_name_ruling ruling;

    if (!*event->name || !event->to.family)
        return;
    mxc_rules_names(&world->rules, event->name, &ruling);
    for (uint32_t i = 0; i < ruling.count; i++)
        assert_true(mxc_pins_add(world->pins, &event->to, ruling.pins[i], 1000, 0));
}

static struct mxc_ruling ask(const struct world *world, const struct mxc_net_event *event)
{
    const struct mxc_flow flow = { event->to, (enum mxc_protocol)event->protocol, event->port };

    return mxc_rules_ask(&world->rules, &world->live, &flow);
}

static bool is_open(struct world *world, const struct mxc_net_event *event)
{
    struct mxc_name_ruling ruling;

    if (event->kind == MXC_NET_NAME_GUARDED)
        return mxc_rules_guard(&world->rules, &world->live, &event->to) == MXC_WHY_NONE;
    if (event->kind == MXC_NET_REFUSED) {
        resolve(world, event);
        return ask(world, event).allow;
    }
    mxc_rules_names(&world->rules, event->name, &ruling);
    return ruling.resolves;
}

/* ---- everything with everything */

#define START     "{\"process\":{\"commandLine\":\"true\"},"
#define OLD_START "{\"version\":\"0.7.0\",\"process\":{\"commandLine\":\"true\"},"

static const char *const policies[] = {
    START "\"network\":{\"ingress\":{\"publish\":[{\"port\":8080}]}}}",
    START "\"network\":{\"egress\":{\"allow\":[]}}}",
    START "\"network\":{\"egress\":{\"default\":\"allow\"},\"ingress\":{}}}",
    START "\"network\":{\"egress\":{\"allow\":[{\"to\":[{\"cidr\":\"0.0.0.0/0\"}],\"ports\":[{"
          "\"protocol\":\"tcp\",\"port\":80}]},{\"to\":[{\"host\":\"*.example.org\"}],\"ports\":[{"
          "\"port\":1,\"endPort\":100}]}]}}}",
    START "\"network\":{\"egress\":{\"default\":\"allow\",\"deny\":[{\"to\":[{\"cidr\":\"10.0.0.0/"
          "8\",\"except\":[\"10.9.0.0/16\"]},{\"cidr\":\"10.1.2.3\"},{\"cidr\":\"1.1.1.1\"},"
          "{\"host\":\"api.example.org\"}]},{\"to\":[{\"cidr\":\"1.1.1.1\"}]},{\"ports\":[{"
          "\"protocol\":\"udp\"},{\"port\":22}]},{\"to\":[{\"host\":\"*.org\"}]}]}}}",
    START "\"network\":{\"egress\":{\"deny\":[{}],\"allow\":[{}]}}}",
    START "\"network\":{\"egress\":{\"deny\":[{\"to\":[{\"cidr\":\"::/0\"},{\"cidr\":\"::ffff:"
          "10.0.0.0/104\"},{\"cidr\":\"2001:db8::/32\",\"except\":[]}]}],\"default\":\"allow\"}}}",
    START "\"network\":{\"egress\":{\"deny\":[{\"to\":[{\"cidr\":\"169.254.0.0/16\"}]}],"
          "\"allow\":[{\"to\":[{\"cidr\":\"169.254.169.254\"}],\"ports\":[{\"port\":80}]}]}}}",
    OLD_START "\"network\":{\"allowedHosts\":[\"192.0.2.200\"]}}",
    OLD_START "\"network\":{\"defaultPolicy\":\"allow\"}}",
    OLD_START "\"network\":{\"defaultPolicy\":\"allow\",\"allowLocalNetwork\":true,"
              "\"blockedHosts\":[\"10.0.0.0/8\",\"api.example.org\",\"1.1.1.1\",\"1.1.1.0/24\"]}}",
    OLD_START "\"network\":{\"defaultPolicy\":\"block\",\"allowLocalNetwork\":true,"
              "\"blockedHosts\":[\"127.0.0.0/8\"]}}",
};

static const struct {
    const char *address;
    const char *name;
    bool hopeless; /* nothing that a policy says opens it */
} places[] = {
    { "1.1.1.1", "", false },
    { "10.1.2.3", "", false },
    { "10.9.1.1", "", false },
    { "2001:db8::1", "", false },
    { "fc00:1::1", "", false },
    { "169.254.169.254", "", false },
    { "169.254.7.7", "", false },
    { "fe80::1", "", false },
    { "198.51.100.7", "", false },
    { "10.0.2.2", "", false },
    { "fd00::2", "", false },
    { "100.100.100.200", "", false },
    { "1.1.1.1", "api.example.org", false },
    { "2001:db8::1", "b.example.org", false },
    { "127.0.0.1", "", true },
    { "224.0.0.1", "", true },
    { "10.0.2.77", "", true },
    { "ff02::1", "", true },
    { "64:ff9b::a01:203", "", true },
    { "240.0.0.1", "", true },
};

static const struct {
    enum mxc_protocol protocol;
    uint16_t port;
} ways[] = {
    { MXC_PROTO_TCP, 443 }, { MXC_PROTO_TCP, 22 }, { MXC_PROTO_UDP, 53 }, { MXC_PROTO_ICMP, 0 }
};

static unsigned helped, hopeless;

static void check_help(const char *text, const struct mxc_net_event *event, bool none);

/* That an address is the host's own is not seen while a denial is before it. */
static bool check_again(struct world *after, const char *text, const struct mxc_net_event *event)
{
    struct mxc_ruling ruling = ask(after, event);
    struct mxc_net_event next = *event;

    if (event->why != MXC_WHY_RULE || ruling.why != MXC_WHY_OWN_ADDRESS)
        return false;
    next.why = MXC_WHY_OWN_ADDRESS;
    next.rule = MXC_NO_RULE;
    check_help(text, &next, false);
    return true;
}

static void check_help(const char *text, const struct mxc_net_event *event, bool none)
{
    struct world before, after;
    auto_buf patch = { 0 };
    char *changed;

    load(&before, text);
    if (!mxc_suggest_patch(&before.policy.network, event, &patch)) {
        assert_int_equal(patch.length, 0);
        if (!none)
            fail_msg("nothing is suggested for kind %u why %u port %u in %s", event->kind,
                     event->why, event->port, text);
        hopeless++;
        unload(&before);
        return;
    }
    changed = apply(text, patch.data);
    load(&after, changed);
    if (!is_open(&after, event) && !none && !check_again(&after, changed, event))
        fail_msg("%s does not help: why %u port %u in %s", patch.data, event->why, event->port,
                 text);
    helped++;
    free(changed);
    unload(&after);
    unload(&before);
}

static void check_flow(const char *text, size_t place, size_t way)
{
    struct mxc_net_event event = { .kind = MXC_NET_REFUSED,
                                   .count = 1,
                                   .protocol = (uint8_t)ways[way].protocol,
                                   .port = ways[way].port };
    struct mxc_ruling ruling;
    struct world world;

    assert_true(mxc_address_parse(places[place].address, &event.to));
    (void)snprintf(event.name, sizeof event.name, "%s", places[place].name);
    load(&world, text);
    resolve(&world, &event);
    ruling = ask(&world, &event);
    unload(&world);
    if (ruling.allow)
        return;
    event.why = (uint8_t)ruling.why;
    event.rule = ruling.rule;
    check_help(text, &event, places[place].hopeless);
}

static void test_flows(void **state)
{
    (void)state;
    helped = hopeless = 0;
    for (size_t i = 0; i < COUNT(policies); i++)
        for (size_t place = 0; place < COUNT(places); place++)
            for (size_t way = 0; way < COUNT(ways); way++)
                check_flow(policies[i], place, way);
    print_message("%u helped, %u hopeless\n", helped, hopeless);
    assert_true(helped > 300);
}

static void test_names(void **state)
{
    static const char *const names[] = { "api.example.org", "example.org", "other.test",
                                         "a.b.org" };

    (void)state;
    helped = hopeless = 0;
    for (size_t i = 0; i < COUNT(policies); i++)
        for (size_t name = 0; name < COUNT(names); name++) {
            struct mxc_net_event event = { .kind = MXC_NET_NAME_REFUSED, .count = 1 };
            struct mxc_name_ruling ruling;
            struct world world;

            (void)snprintf(event.name, sizeof event.name, "%s", names[name]);
            load(&world, policies[i]);
            mxc_rules_names(&world.rules, event.name, &ruling);
            unload(&world);
            if (ruling.resolves)
                continue;
            event.why = ruling.denied ? MXC_WHY_RULE : MXC_WHY_NAME;
            event.rule = ruling.rule;
            check_help(policies[i], &event, false);
        }
    print_message("%u helped\n", helped);
    assert_true(helped > 20 && !hopeless);
}

static void test_guarded(void **state)
{
    (void)state;
    helped = 0;
    for (size_t i = 0; i < COUNT(policies); i++)
        for (size_t place = 0; place < COUNT(places); place++) {
            struct mxc_net_event event = { .kind = MXC_NET_NAME_GUARDED,
                                           .count = 1,
                                           .name = "x.test" };
            struct world world;

            assert_true(mxc_address_parse(places[place].address, &event.to));
            load(&world, policies[i]);
            event.why = (uint8_t)mxc_rules_guard(&world.rules, &world.live, &event.to);
            event.rule = MXC_NO_RULE;
            unload(&world);
            if (event.why != MXC_WHY_NONE && event.why != MXC_WHY_RESERVED &&
                strcmp(places[place].address, "10.0.2.2") &&
                strcmp(places[place].address, "fd00::2"))
                check_help(policies[i], &event, places[place].hopeless);
        }
    assert_true(helped > 20);
}

/* ---- texts */

static void check_text(const char *policy, struct mxc_net_event event, const char *address,
                       const char *want)
{
    struct world world;
    auto_buf patch = { 0 };

    if (address)
        assert_true(mxc_address_parse(address, &event.to));
    event.count = 1;
    load(&world, policy);
    assert_int_equal(mxc_suggest_patch(&world.policy.network, &event, &patch), want != NULL);
    if (want)
        assert_string_equal(patch.data, want);
    unload(&world);
}

static const struct mxc_net_event tcp443 = { .kind = MXC_NET_REFUSED,
                                             .protocol = MXC_PROTO_TCP,
                                             .port = 443,
                                             .why = MXC_WHY_DEFAULT,
                                             .rule = MXC_NO_RULE };

static void test_texts(void **state)
{
    struct mxc_net_event event = tcp443;

    (void)state;
    check_text(policies[3], event, "1.1.1.1",
               "[{\"op\":\"add\",\"path\":\"/network/egress/allow/-\",\"value\":{\"to\":[{\"cidr\":"
               "\"1.1.1.1\"}],\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]}}]");
    check_text(policies[8], event, "1.1.1.1",
               "[{\"op\":\"add\",\"path\":\"/network/allowedHosts/-\",\"value\":\"1.1.1.1\"}]");
    strcpy(event.name, "github.com");
    check_text(policies[0], event, "1.1.1.1",
               "[{\"op\":\"add\",\"path\":\"/network/egress\",\"value\":{\"allow\":[{\"to\":[{"
               "\"host\":\"github.com\"}],\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]}]}}]");
    check_text(policies[9], event, "1.1.1.1",
               "[{\"op\":\"add\",\"path\":\"/network/allowedHosts\",\"value\":[\"github.com\"]}]");
    event.why = MXC_WHY_RULE;
    event.rule = 0;
    check_text(policies[5], event, "1.1.1.1",
               "[{\"op\":\"add\",\"path\":\"/network/egress/deny/0/to\",\"value\":[{\"cidr\":\"::/"
               "0\",\"except\":[\"::ffff:1.1.1.1\"]}]}]");
}

/* An address of a denied name: the rule that refused it says so, and covers no address itself. */
static void test_denied_name(void **state)
{
    struct mxc_net_event event = tcp443;

    (void)state;
    event.why = MXC_WHY_RULE;
    event.rule = 3;
    check_text(policies[4], event, "9.9.9.9",
               "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/3\"}]");
    event.port = 22;
    check_text(
        policies[4], event, "9.9.9.9",
        "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/3\"},{\"op\":\"add\",\"path\":\"/"
        "network/egress/deny/2/to\",\"value\":[{\"cidr\":\"::/0\",\"except\":[\"::ffff:"
        "9.9.9.9\"]}]}]");
}

/* What no change of the policy opens, and what the network process could say to make us write nonsense. */
static void test_nothing(void **state)
{
    static const char proxied[] =
        OLD_START "\"network\":{\"defaultPolicy\":\"allow\",\"proxy\":{\"localhost\":8080}}}";
    struct mxc_net_event event = tcp443;

    (void)state;
    check_text(proxied, event, "1.1.1.1", NULL);
    check_text(policies[0], event, NULL, NULL);
    event.kind = MXC_NET_UNTOLD;
    check_text(policies[0], event, "1.1.1.1", NULL);
    event.kind = MXC_NET_LIMITED;
    check_text(policies[0], event, "1.1.1.1", NULL);
    event = tcp443;
    event.why = MXC_WHY_RULE;
    event.rule = 77;
    check_text(policies[0], event, "1.1.1.1", NULL);
    event = (struct mxc_net_event){ .kind = MXC_NET_NAME_REFUSED, .why = MXC_WHY_NAME };
    strcpy(event.name, "a\"},{\"b");
    check_text(policies[0], event, NULL, NULL);
    strcpy(event.name, "example.org.");
    check_text(policies[0], event, NULL, NULL);
    strcpy(event.name, "");
    check_text(policies[0], event, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flows),       cmocka_unit_test(test_names),
        cmocka_unit_test(test_guarded),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_denied_name), cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
