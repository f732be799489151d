/* SPDX-License-Identifier: MIT */
/* Denied names: the resolver looks them up for itself, and the rules close their addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/arena.h"
#include "net/resolver_rules.h"
#include "resolver_rig.h"

static struct rig rig;

static void begin(const char *const *denied)
{
    memset(&rig, 0, sizeof rig);
    rig.denied = denied;
    rig_begin(&rig);
}

/* The answer to one of the messages to servers. */
static void say_address(size_t index, uint32_t ttl, const char *address)
{
    const struct dns_seen *seen = &rig.sent[index].seen;
    struct mxc_dns_try from = rig.sent[index].try;
    struct dns_bytes message;

    assert_true(index < rig.sent_count);
    dns_begin(&message, seen->id, DNS_ANSWER);
    dns_ask(&message, seen->name, seen->type);
    dns_address(&message, seen->name, ttl, address);
    from.bytes = message.bytes;
    from.size = message.size;
    mxc_resolver_receive(rig.resolver, &from, rig.now_ms);
    rig_pass(&rig, 0);
}

static void test_looked_up(void **state)
{
    static const char *const denied[] = { "*.denied.org", "bad.org", NULL };

    (void)state;
    begin(denied);
    assert_int_equal(rig.sent_count, 2);
    assert_false(mxc_resolver_is_settled(rig.resolver));
    assert_int_equal(rig.sent[0].seen.type, DNS_A);
    assert_int_equal(rig.sent[1].seen.type, DNS_AAAA);
    say_address(1, 40, "2001:db8::1");
    assert_int_equal(rig.pin_count, 1);
    assert_int_equal(rig.pins[0].name, 101);
    assert_true(rig.pins[0].until_ms == MXC_RESOLVER_NEVER); /* until an answer without it */
    assert_int_equal(rig.retired_count, 1);
    assert_int_equal(rig.retired[0].which.name, 1);
    assert_int_equal(rig.retired[0].which.family, 6);
    assert_int_equal(rig.retired[0].until_ms, rig.now_ms + 1800000);
    say_address(0, 1, "10.0.0.1"); /* guarded addresses as well */
    assert_int_equal(rig.pin_count, 2);
    assert_true(mxc_resolver_is_settled(rig.resolver));
    rig.sent_count = 0;
    rig_pass(&rig, 29999);
    assert_int_equal(rig.sent_count, 0);
    rig_pass(&rig, 1); /* a time to live of a second counts as 30 */
    assert_int_equal(rig.sent_count, 1);
    rig_pass(&rig, 10000);
    assert_true(rig.sent_count >= 2);
    assert_int_equal(rig.answer_count, 0);
    rig_ask(&rig, "bad.org", DNS_A);
    assert_int_equal(rig_seen(&rig)->code, 5);
    rig_end(&rig);
}

/* The server of that message does not know. */
static void say_failure(size_t index)
{
    const struct dns_seen *seen = &rig.sent[index].seen;
    struct mxc_dns_try from = rig.sent[index].try;
    struct dns_bytes message;

    assert_true(index < rig.sent_count);
    dns_begin(&message, seen->id, DNS_ANSWER | 2);
    dns_ask(&message, seen->name, seen->type);
    from.bytes = message.bytes;
    from.size = message.size;
    mxc_resolver_receive(rig.resolver, &from, rig.now_ms);
    rig_pass(&rig, 0);
}

/* Tried again after a second, and then after longer and longer; told once. */
static void test_failing(void **state)
{
    static const char *const denied[] = { "bad.org", NULL };
    static const unsigned pauses_s[] = { 1, 2, 4, 8, 16, 30, 30 };

    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.denied = denied;
    rig.broken = 3;
    rig_begin(&rig);
    assert_true(mxc_resolver_is_settled(rig.resolver));
    assert_int_equal(rig.event_count, 1);
    assert_int_equal(rig_event(&rig)->kind, MXC_NET_NAME_UNRESOLVED);
    assert_int_equal(rig_event(&rig)->why, MXC_WHY_RULE);
    assert_int_equal(rig_event(&rig)->rule, 8);
    assert_string_equal(rig_event(&rig)->name, "bad.org");
    for (size_t i = 0; i < sizeof pauses_s / sizeof *pauses_s; i++) {
        rig.broken = 0;
        rig.sent_count = 0;
        rig_pass(&rig, pauses_s[i] * 1000 - 1);
        assert_int_equal(rig.sent_count, 0);
        rig_pass(&rig, 1);
        assert_int_equal(rig.sent_count, 1);
        rig_pass(&rig, 20);
        assert_int_equal(rig.sent_count, 2); /* its other type, a turn later */
        rig.broken = 3;
        say_failure(1);
        say_failure(0);
    }
    assert_int_equal(rig.event_count, 1);
    assert_int_equal(rig.retired_count, 0);
    rig_end(&rig);
}

static void test_mended(void **state)
{
    static const char *const denied[] = { "bad.org", NULL };

    (void)state;
    begin(denied);
    for (unsigned i = 0; i < 4; i++) { /* every try of the first question */
        size_t latest = rig.sent_count - 1;

        say_failure(i ? latest : 0);
    }
    say_address(1, 60, "2001:db8::1");
    assert_true(mxc_resolver_is_settled(rig.resolver));
    assert_int_equal(rig.pin_count, 1);
    assert_int_equal(rig.event_count, 1);
    rig.sent_count = 0;
    rig_pass(&rig, 1000);
    assert_int_equal(rig.sent_count, 1);
    assert_int_equal(rig.sent[0].seen.type, DNS_A);
    say_address(0, 60, "192.0.2.1");
    assert_int_equal(rig.pin_count, 2);
    rig.sent_count = 0;
    rig_pass(&rig, 30000);
    assert_int_equal(rig.sent_count, 0); /* no pause is left over */
    rig_pass(&rig, 30000);
    assert_int_equal(rig.sent_count, 2);
    rig.full = true;
    say_address(0, 60, rig.sent[0].seen.type == DNS_A ? "192.0.2.2" : "2001:db8::2");
    assert_int_equal(rig_event(&rig)->kind, MXC_NET_LIMITED);
    assert_int_equal(rig.event_count, 2);
    rig_end(&rig);
}

/* All addresses of an answer, not only those that a guest would be told; what there is no room for is told together. */
static void test_many_addresses(void **state)
{
    static const char *const denied[] = { "bad.org", NULL };
    struct mxc_dns_try from;
    struct dns_bytes message;
    char text[32];

    (void)state;
    begin(denied);
    from = rig.sent[0].try;
    dns_begin(&message, rig.sent[0].seen.id, DNS_ANSWER);
    dns_ask(&message, rig.sent[0].seen.name, DNS_A);
    for (int i = 0; i < MXC_DNS_ALL + 3; i++) {
        snprintf(text, sizeof text, "192.0.%d.%d", i / 100, i % 100);
        dns_address(&message, "bad.org", 60, text);
    }
    from.bytes = message.bytes;
    from.size = message.size;
    mxc_resolver_receive(rig.resolver, &from, rig.now_ms);
    assert_int_equal(rig.pin_count, MXC_DNS_ALL);
    assert_string_equal(rig.pins[MXC_DNS_ALL - 1].address, "192.0.2.55");
    assert_int_equal(rig.event_count, 1);
    assert_int_equal(rig_event(&rig)->kind, MXC_NET_LIMITED);
    assert_int_equal(rig_event(&rig)->count, 3);
    say_address(1, 60, "2001:db8::1");
    assert_int_equal(rig.pin_count, MXC_DNS_ALL + 1); /* nothing is left of the other answer */
    assert_int_equal(rig.event_count, 1);
    rig_end(&rig);
}

/* Names whose servers fail have their turns, fifty in a second, and none waits for ever. */
static void test_turns(void **state)
{
    enum { NAMES = 300 };
    static char text[NAMES][16];
    static const char *denied[NAMES + 1];
    bool seen[NAMES] = { false };

    (void)state;
    memset(&rig, 0, sizeof rig);
    for (int i = 0; i < NAMES; i++) {
        snprintf(text[i], sizeof text[i], "n%d.org", i);
        denied[i] = text[i];
    }
    rig.denied = denied;
    rig.broken = 3;
    rig_begin(&rig);
    assert_int_equal(rig.event_count, NAMES);
    rig.broken = 2;
    rig_pass(&rig, 1000);
    for (unsigned turn = 0; turn < 2 * NAMES; turn++) {
        size_t latest = rig.sent_count;

        assert_true(latest == 1);
        for (int i = 0; i < NAMES; i++)
            seen[i] |= strcasecmp(rig.sent[0].seen.name, text[i]) == 0;
        rig.broken = 3;
        say_failure(0);
        rig.sent_count = 0;
        rig.broken = 2;
        rig_pass(&rig, 20);
    }
    for (int i = 0; i < NAMES; i++)
        assert_true(seen[i]);
    rig_end(&rig);
}

/* The first round is as fast as its answers; later ones are 50 questions at once and 50 in a second. */
static void test_again(void **state)
{
    static char text[200][16];
    static const char *denied[201];
    size_t told = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i], "n%d.org", i);
        denied[i] = text[i];
    }
    begin(denied);
    for (; told < rig.sent_count; told++)
        say_address(told, 60, rig.sent[told].seen.type == DNS_A ? "192.0.2.1" : "2001:db8::1");
    assert_int_equal(told, 400);
    rig.sent_count = rig.pin_count = rig.retired_count = told = 0;
    rig_pass(&rig, 60000);
    for (unsigned ms = 0; told < 400; ms += 10) {
        for (; told < rig.sent_count; told++)
            say_address(told, 60, rig.sent[told].seen.type == DNS_A ? "192.0.2.1" : "2001:db8::1");
        assert_true(told <= 50 + ms / 20);
        assert_true(told + 10 >= (50 + ms / 20 < 400 ? 50 + ms / 20 : 400));
        rig_pass(&rig, 10);
    }
    rig_pass(&rig, 30000);
    assert_int_equal(rig.sent_count, 400);
    rig_end(&rig);
}

/* Many names: eight questions at once, and every name gets its turn. */
static void test_many(void **state)
{
    static char text[200][16];
    static const char *denied[201];
    size_t told = 0;

    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(text[i], sizeof text[i], "n%d.org", i);
        denied[i] = text[i];
    }
    begin(denied);
    assert_int_equal(rig.sent_count, MXC_RESOLVER_OWN);
    for (; told < rig.sent_count; told++) {
        bool v4 = rig.sent[told].seen.type == DNS_A;

        assert_true(rig.sent_count - told <= MXC_RESOLVER_OWN);
        say_address(told, 60, v4 ? "192.0.2.1" : "2001:db8::1");
    }
    assert_int_equal(told, 400);
    assert_int_equal(rig.pin_count, 400);
    assert_true(mxc_resolver_is_settled(rig.resolver));
    rig_end(&rig);
}

/* ---- the compiled rules */

static struct mxc_ruling ask(const struct mxc_ruleset *rules, const struct mxc_live *live,
                             const char *to, uint16_t port)
{
    struct mxc_flow flow = { .protocol = MXC_PROTO_TCP, .port = port };

    assert_true(mxc_address_parse(to, &flow.to));
    return mxc_rules_ask(rules, live, &flow);
}

/* An address of a name stays denied when an answer does not have it any more, but not for ever; and all of them do for as
 * long as there is no answer. */
static void check_rotation(const struct mxc_ruleset *opened, struct mxc_live *live,
                           const struct mxc_resolver_judge *judge)
{
    const struct mxc_retiring old = { .name = 1, .family = 4 };
    struct mxc_address address;

    live->now_ms = 10000;
    assert_true(mxc_address_parse("192.0.2.7", &address));
    assert_true(judge->deny(judge->context, &address, 1, MXC_RESOLVER_NEVER, live->now_ms));
    live->now_ms = UINT64_MAX / 2;
    assert_int_equal(ask(opened, live, "192.0.2.7", 80).rule, 1);
    judge->retire(judge->context, &old, live->now_ms + 1000, live->now_ms);
    assert_true(mxc_address_parse("192.0.2.8", &address));
    assert_true(judge->deny(judge->context, &address, 1, MXC_RESOLVER_NEVER, live->now_ms));
    live->now_ms += 999;
    assert_int_equal(ask(opened, live, "192.0.2.7", 80).rule, 1);
    assert_int_equal(ask(opened, live, "192.0.2.8", 80).rule, 1);
    live->now_ms += 1;
    assert_true(ask(opened, live, "192.0.2.7", 80).allow);
    assert_int_equal(ask(opened, live, "192.0.2.8", 80).rule, 1);
}

static void test_rules(void **state)
{
    struct mxc_port port = { MXC_PROTO_TCP, 443, 443 };
    struct mxc_peer peers[] = { { .host = "bad.org" }, { .host = "worse.org" } };
    struct mxc_rule deny[] = { { &peers[0], 1, &port, 1 }, { &peers[1], 1, NULL, 0 } };
    const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL,
                                         .egress_allow = true,
                                         .deny = { deny, 2 } };
    struct mxc_arena arena = { 0 };
    struct mxc_blob blob;
    struct mxc_ruleset opened;
    struct mxc_live live = { .now_ms = 1000 };
    struct mxc_resolver_rules rules = { .rules = &opened, .live = &live };
    struct mxc_resolver_judge judge = mxc_resolver_judge_of(&rules);
    struct mxc_address address;

    (void)state;
    assert_int_equal(mxc_rules_compile(&arena, &network, NULL, &blob, NULL), 0);
    assert_int_equal(mxc_rules_open(blob.data, blob.size, &opened, NULL), 0);
    live.pins = rules.pins = mxc_pins_new(4);
    live.denied = rules.denied = mxc_pins_new_shared(4, 2);
    assert_string_equal(judge.denied(judge.context, 0), "bad.org");
    assert_string_equal(judge.denied(judge.context, 1), "worse.org");
    assert_null(judge.denied(judge.context, 2));
    assert_true(mxc_address_parse("192.0.2.1", &address));
    assert_true(ask(&opened, &live, "192.0.2.1", 443).allow);
    assert_true(judge.deny(judge.context, &address, 0, 2000, 1000));
    assert_true(rules.closed);
    rules.closed = false;
    assert_true(judge.deny(judge.context, &address, 0, 2000, 1000)); /* is closed already */
    assert_false(rules.closed);
    assert_int_equal(ask(&opened, &live, "192.0.2.1", 443).why, MXC_WHY_RULE);
    assert_int_equal(ask(&opened, &live, "192.0.2.1", 443).rule, 0);
    assert_string_equal(ask(&opened, &live, "192.0.2.1", 443).name, "bad.org");
    assert_true(ask(&opened, &live, "192.0.2.1", 80).allow);
    assert_true(ask(&opened, &live, "192.0.2.2", 443).allow);
    assert_true(judge.deny(judge.context, &address, 1, 3000, 1000));
    assert_int_equal(ask(&opened, &live, "192.0.2.1", 443).rule, 0);
    assert_int_equal(ask(&opened, &live, "192.0.2.1", 80).rule, 1);
    live.now_ms = 2000;
    assert_int_equal(ask(&opened, &live, "192.0.2.1", 443).rule, 1);
    live.now_ms = 3000;
    assert_true(ask(&opened, &live, "192.0.2.1", 443).allow);
    assert_int_equal(judge.guard(judge.context, &address), MXC_WHY_NONE);
    assert_true(mxc_address_parse("127.0.0.1", &address));
    assert_int_equal(judge.guard(judge.context, &address), MXC_WHY_LOOPBACK);
    check_rotation(&opened, &live, &judge);
    mxc_pins_free(rules.pins);
    mxc_pins_free(rules.denied);
    mxc_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looked_up), cmocka_unit_test(test_failing),
        cmocka_unit_test(test_mended),    cmocka_unit_test(test_many_addresses),
        cmocka_unit_test(test_turns),     cmocka_unit_test(test_many),
        cmocka_unit_test(test_again),     cmocka_unit_test(test_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
