/* SPDX-License-Identifier: MIT */
/* What is suggested for a refusal helps: the patch is applied to the text of the policy, the reader takes the
 * result, and the rules of it let the refused flow through. */
#include "suggest_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_open(struct world *world, const struct mxc_net_event *event)
{
    struct mxc_name_ruling ruling;

    if (event->kind == MXC_NET_NAME_GUARDED)
        return mxc_rules_guard(&world->rules, &world->live, &event->to) == MXC_WHY_NONE;
    if (event->kind == MXC_NET_REFUSED) {
        world_resolve(world, event);
        return world_ask(world, event).allow;
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
    { "fe80::1", "", true },
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
    struct mxc_ruling ruling = world_ask(after, event);
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

    world_load(&before, text);
    if (!mxc_suggest_patch(&before.policy.network, event, &patch)) {
        assert_int_equal(patch.length, 0);
        if (!none)
            fail_msg("nothing is suggested for kind %u why %u port %u in %s", event->kind,
                     event->why, event->port, text);
        hopeless++;
        world_unload(&before);
        return;
    }
    changed = world_patched(text, patch.data);
    world_load(&after, changed);
    if (!is_open(&after, event) && !none && !check_again(&after, changed, event))
        fail_msg("%s does not help: why %u port %u in %s", patch.data, event->why, event->port,
                 text);
    helped++;
    free(changed);
    world_unload(&after);
    world_unload(&before);
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
    world_load(&world, text);
    world_resolve(&world, &event);
    ruling = world_ask(&world, &event);
    world_unload(&world);
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
            world_load(&world, policies[i]);
            mxc_rules_names(&world.rules, event.name, &ruling);
            world_unload(&world);
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
            world_load(&world, policies[i]);
            event.why = (uint8_t)mxc_rules_guard(&world.rules, &world.live, &event.to);
            event.rule = MXC_NO_RULE;
            world_unload(&world);
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
    world_load(&world, policy);
    assert_int_equal(mxc_suggest_patch(&world.policy.network, &event, &patch), want != NULL);
    if (want)
        assert_string_equal(patch.data, want);
    world_unload(&world);
}

static const struct mxc_net_event tcp443 = { .kind = MXC_NET_REFUSED,
                                             .protocol = MXC_PROTO_TCP,
                                             .port = 443,
                                             .why = MXC_WHY_DEFAULT,
                                             .rule = MXC_NO_RULE };

#define NOT_443                                                                                    \
    "{\"protocol\":\"tcp\",\"port\":1,\"endPort\":442},{\"protocol\":\"tcp\",\"port\":444,"        \
    "\"endPort\":65535},{\"protocol\":\"udp\"},{\"protocol\":\"icmp\"}"

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
               "0\",\"except\":[\"::ffff:1.1.1.1\"]}]},{\"op\":\"add\",\"path\":\"/network/egress/"
               "deny/-\",\"value\":{\"to\":[{\"cidr\":\"1.1.1.1\"}],\"ports\":[" NOT_443 "]}}]");
}

#define NAMED(ports)                                                                               \
    START "\"network\":{\"egress\":{\"allow\":[{\"to\":[{\"host\":\"other.test\"}],\"ports\":[{"   \
          "\"port\":22}]},{\"to\":[{\"cidr\":\"9.9.9.9\"},{\"host\":\"*.test\"}]" ports "}]}}}"
#define ADDED                                                                                      \
    "[{\"op\":\"add\",\"path\":\"/network/egress/allow/"                                           \
    "-\",\"value\":{\"to\":[{\"cidr\":\"10.1.2.3\"}],"

/* An address that a name may not lead to is opened for what the name is allowed for. */
static void test_guarded_ports(void **state)
{
    static const char web[] = "\"ports\":[{\"protocol\":\"tcp\",\"port\":80},"
                              "{\"protocol\":\"any\",\"port\":8000,\"endPort\":8080},"
                              "{\"protocol\":\"icmp\"}]";
    struct mxc_net_event event = { .kind = MXC_NET_NAME_GUARDED,
                                   .why = MXC_WHY_PRIVATE,
                                   .rule = MXC_NO_RULE };
    auto_buf policy = { 0 }, want = { 0 };

    (void)state;
    strcpy(event.name, "web.test");
    mxc_buf_format(&policy, NAMED(",%s"), web);
    mxc_buf_format(&want, ADDED "%s}}]", web);
    check_text(policy.data, event, "10.1.2.3", want.data);
    check_text(NAMED(""), event, "10.1.2.3",
               ADDED "\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]}}]");
}

#define MIXED(ports)                                                                               \
    START "\"network\":{\"egress\":{\"default\":\"allow\",\"deny\":[{\"to\":[{\"host\":\"bad.test" \
          "\"},{\"host\":\"worse.test\"},{\"cidr\":\"10.0.0.0/8\"},{\"cidr\":\"20.2.2.0/24\","     \
          "\"except\":[\"20.2.2.1\"]},{\"cidr\":\"1.1.1.1\"}]" ports "}]}}}"

/* Of a rule about many things, only what was refused is taken out. */
static void test_mixed(void **state)
{
    static const char one[] = MIXED(",\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]");
    struct mxc_net_event event = tcp443;

    (void)state;
    event.why = MXC_WHY_RULE;
    event.rule = 0;
    check_text(one, event, "10.1.2.3",
               "[{\"op\":\"add\",\"path\":\"/network/egress/deny/0/to/2/except\",\"value\":["
               "\"10.1.2.3\"]}]");
    check_text(one, event, "20.2.2.2",
               "[{\"op\":\"add\",\"path\":\"/network/egress/deny/0/to/3/except/-\",\"value\":"
               "\"20.2.2.2\"}]");
    check_text(one, event, "1.1.1.1",
               "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0/to/4\"}]");
    check_text(MIXED(""), event, "1.1.1.1",
               "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0/to/4\"},{\"op\":\"add\","
               "\"path\":\"/network/egress/deny/-\",\"value\":{\"to\":[{\"cidr\":\"1.1.1.1\"}],"
               "\"ports\":[" NOT_443 "]}}]");
    strcpy(event.denied, "bad.test");
    check_text(one, event, "9.9.9.9",
               "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0/to/0\"}]");
    check_text(one, event, "10.1.2.3",
               "[{\"op\":\"add\",\"path\":\"/network/egress/deny/0/to/2/except\",\"value\":["
               "\"10.1.2.3\"]},{\"op\":\"remove\",\"path\":\"/network/egress/deny/0/to/0\"}]");
    strcpy(event.denied, "good.test");
    check_text(one, event, "9.9.9.9", NULL);
    event.kind = MXC_NET_NAME_REFUSED;
    strcpy(event.name, "worse.test");
    check_text(MIXED(""), event, NULL,
               "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0/to/1\"}]");
}

/* Ranges are split; a rule that has nothing else goes. */
static void test_ports(void **state)
{
    static const struct {
        const char *ports, *want;
    } rows[] = {
        { "{\"protocol\":\"tcp\",\"port\":443}", NULL },
        { "{\"port\":443}", "{\"protocol\":\"udp\",\"port\":443}" },
        { "{\"protocol\":\"tcp\",\"port\":443,\"endPort\":444}",
          "{\"protocol\":\"tcp\",\"port\":444}" },
        { "{\"protocol\":\"tcp\",\"port\":400,\"endPort\":443},{\"protocol\":\"icmp\"}",
          "{\"protocol\":\"tcp\",\"port\":400,\"endPort\":442},{\"protocol\":\"icmp\"}" },
        { "{\"protocol\":\"udp\"},{}", "{\"protocol\":\"udp\"}," NOT_443 },
    };
    struct mxc_net_event event = tcp443;

    (void)state;
    event.why = MXC_WHY_RULE;
    event.rule = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        auto_buf policy = { 0 }, want = { 0 };

        mxc_buf_format(&policy,
                       START "\"network\":{\"egress\":{\"default\":\"allow\",\"deny\":[{\"to\":[{"
                             "\"cidr\":\"1.1.1.1\"}],\"ports\":[%s]}]}}}",
                       rows[i].ports);
        if (rows[i].want)
            mxc_buf_format(&want,
                           "[{\"op\":\"add\",\"path\":\"/network/egress/deny/0/ports\",\"value\":["
                           "%s]}]",
                           rows[i].want);
        check_text(policy.data, event, "1.1.1.1",
                   want.data ? want.data
                             : "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0\"}]");
    }
}

/* An address of a denied name, which covers no address itself. */
static void test_denied_name(void **state)
{
    static const char policy[] =
        START "\"network\":{\"egress\":{\"default\":\"allow\",\"deny\":[{\"to\":[{\"host\":"
              "\"bad.test\"}]},{\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]}]}}}";
    struct mxc_net_event event = tcp443;

    (void)state;
    event.why = MXC_WHY_RULE;
    event.rule = 0;
    strcpy(event.denied, "bad.test");
    check_text(policy, event, "9.9.9.9",
               "[{\"op\":\"add\",\"path\":\"/network/egress/deny/1/to\",\"value\":[{\"cidr\":\"::/"
               "0\",\"except\":[\"::ffff:9.9.9.9\"]}]},{\"op\":\"add\",\"path\":\"/network/egress/"
               "deny/0/ports\",\"value\":[" NOT_443 "]}]");
    event.kind = MXC_NET_NAME_REFUSED;
    strcpy(event.name, "bad.test");
    check_text(policy, event, NULL, "[{\"op\":\"remove\",\"path\":\"/network/egress/deny/0\"}]");
    event.kind = MXC_NET_REFUSED;
    check_text(policies[10], event, "9.9.9.9", NULL);
    strcpy(event.denied, "api.example.org");
    check_text(policies[10], event, "9.9.9.9",
               "[{\"op\":\"remove\",\"path\":\"/network/blockedHosts/1\"}]");
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
        cmocka_unit_test(test_flows),         cmocka_unit_test(test_names),
        cmocka_unit_test(test_guarded),       cmocka_unit_test(test_texts),
        cmocka_unit_test(test_denied_name),   cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_guarded_ports), cmocka_unit_test(test_ports),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
