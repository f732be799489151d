/* SPDX-License-Identifier: MIT */
/* The resolver: what it answers, refuses, pins and remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "resolver_rig.h"

static struct rig rig;

static int begin(void **state)
{
    (void)state;
    memset(&rig, 0, sizeof rig);
    rig_begin(&rig);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rig_end(&rig);
    return 0;
}

static void check_told(int code, size_t addresses)
{
    assert_int_equal(rig_seen(&rig)->code, code);
    assert_int_equal(rig_seen(&rig)->address_count, addresses);
}

static void check_event(enum mxc_net_kind kind, enum mxc_why why, const char *name)
{
    assert_int_equal(rig_event(&rig)->kind, kind);
    assert_int_equal(rig_event(&rig)->why, why);
    assert_string_equal(rig_event(&rig)->name, name);
    rig.event_count = 0;
}

/* ---- what is answered without asking */

static void test_refused_names(void **state)
{
    (void)state;
    rig_ask(&rig, "Other.org", DNS_A);
    check_told(5, 0);
    assert_int_equal(rig_seen(&rig)->extended, 15);
    assert_string_equal(rig_seen(&rig)->name, "Other.org");
    check_event(MXC_NET_NAME_REFUSED, MXC_WHY_NAME, "other.org");
    rig_ask(&rig, "x.denied.org", DNS_AAAA);
    check_told(5, 0);
    assert_int_equal(rig_event(&rig)->rule, 7);
    check_event(MXC_NET_NAME_REFUSED, MXC_WHY_RULE, "x.denied.org");
    rig_ask(&rig, "sub.allowed.org.evil.org", DNS_A);
    check_told(5, 0);
    rig_ask(&rig, "xallowed.org", 65);
    check_told(5, 0);
    rig_ask(&rig, "a b.open.org", DNS_A);
    check_told(5, 0);
    check_event(MXC_NET_NAME_REFUSED, MXC_WHY_NAME, "a?b.open.org");
    rig_ask(&rig, "", DNS_A);
    check_told(5, 0);
    check_event(MXC_NET_NAME_REFUSED, MXC_WHY_NAME, ".");
    assert_int_equal(rig.sent_count, 0);
}

static void test_other_types(void **state)
{
    static const unsigned empty[] = { 2, 5, 6, 15, 16, 33, 64, 65, 257 };
    static const unsigned orders[] = { 0, 41, 249, 251, 252, 255 };
    struct dns_bytes query;

    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        rig_ask(&rig, "allowed.org", empty[i]);
        check_told(0, 0);
    }
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        rig_ask(&rig, "allowed.org", orders[i]);
        check_told(4, 0);
    }
    rig_ask(&rig, "1.2.0.192.in-addr.arpa", DNS_PTR);
    check_told(5, 0);
    rig_ask(&rig, "allowed.org", DNS_PTR);
    check_told(5, 0);
    assert_int_equal(rig.event_count, 0);
    dns_begin(&query, 1, 0);
    dns_ask(&query, "allowed.org", DNS_A);
    query.bytes[query.size - 1] = 3; /* class CHAOS */
    rig_ask_bytes(&rig, &query, 1);
    check_told(5, 0);
    assert_int_equal(rig.sent_count, 0);
}

static void test_localhost(void **state)
{
    (void)state;
    rig_ask(&rig, "LocalHost", DNS_A);
    check_told(0, 1);
    assert_string_equal(rig_seen(&rig)->addresses[0], "127.0.0.1");
    rig_ask(&rig, "app.localhost", DNS_AAAA);
    check_told(0, 1);
    assert_string_equal(rig_seen(&rig)->addresses[0], "::1");
    rig_ask(&rig, "localhost", DNS_TXT);
    check_told(0, 0);
    rig_ask(&rig, "notlocalhost", DNS_A);
    check_told(5, 0);
    assert_int_equal(rig.pin_count, 0);
}

static void test_nonsense(void **state)
{
    struct dns_bytes query;

    (void)state;
    dns_begin(&query, 1, 0);
    rig_ask_bytes(&rig, &query, 1);
    check_told(1, 0);
    query.size = 11;
    rig_ask_bytes(&rig, &query, 1);
    dns_begin(&query, 1, 0x8000);
    dns_ask(&query, "allowed.org", DNS_A);
    rig_ask_bytes(&rig, &query, 1);
    assert_int_equal(rig.answer_count, 1);
    dns_begin(&query, 1, 0);
    dns_ask(&query, "allowed.org", DNS_A);
    dns_edns(&query, 1232, 1 << 16);
    rig_ask_bytes(&rig, &query, 1);
    check_told(16, 0);
}

/* ---- an answer */

static void test_answer(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "WWW.Allowed.org", DNS_A);
    assert_int_equal(rig.answer_count, 0);
    assert_int_equal(rig.sent_count, 1);
    assert_int_equal(strcasecmp(rig_sent(&rig)->seen.name, "www.allowed.org"), 0);
    assert_true(rig_sent(&rig)->seen.edns && rig_sent(&rig)->seen.flags == DNS_RD);
    rig_reply(&rig, &message, 0);
    dns_alias(&message, "www.allowed.org", 100, "cdn.elsewhere.net");
    dns_address(&message, "cdn.elsewhere.net", 50, "192.0.2.1");
    rig_say(&rig, &message);
    check_told(0, 1);
    assert_int_equal(rig_seen(&rig)->flags, 0x8180);
    assert_int_equal(rig_seen(&rig)->id, 0x7777);
    assert_string_equal(rig_seen(&rig)->name, "WWW.Allowed.org");
    assert_string_equal(rig_seen(&rig)->chain[0], "cdn.elsewhere.net");
    assert_string_equal(rig_seen(&rig)->addresses[0], "192.0.2.1");
    assert_int_equal(rig_seen(&rig)->ttl, 50);
    assert_int_equal(rig.pin_count, 1);
    assert_string_equal(rig.pins[0].address, "192.0.2.1");
    assert_int_equal(rig.pins[0].name, 2);
    assert_int_equal(rig.pins[0].until_ms, rig.now_ms + 80000);
    assert_int_equal(rig.event_count, 0);
}

/* The question differs each time in id and case. */
static void test_unlike_questions(void **state)
{
    unsigned upper = 0, ids = 0;

    (void)state;
    for (int i = 0; i < 20; i++) {
        rig_resolve(&rig, "open.org", DNS_A, 0, "192.0.2.1");
        for (const char *c = rig_sent(&rig)->seen.name; *c; c++)
            upper += *c >= 'A' && *c <= 'Z';
        ids += i && rig.sent[i].seen.id != rig.sent[i - 1].seen.id;
        rig_pass(&rig, 5000);
    }
    assert_int_equal(rig.sent_count, 20);
    assert_int_equal(ids, 19);
    assert_in_range(upper, 40, 100); /* of 140 */
}

static void test_times(void **state)
{
    (void)state;
    rig_resolve(&rig, "allowed.org", DNS_A, 0, "192.0.2.1");
    assert_int_equal(rig_seen(&rig)->ttl, 5);
    assert_int_equal(rig.pins[0].until_ms, rig.now_ms + 35000);
    rig_resolve(&rig, "a.allowed.org", DNS_A, 86400, "192.0.2.1");
    assert_int_equal(rig_seen(&rig)->ttl, 300);
    assert_int_equal(rig.pins[1].until_ms, rig.now_ms + 330000);
    rig_pass(&rig, 100000);
    rig_ask(&rig, "a.allowed.org", DNS_A); /* from the cache, and pinned again */
    assert_int_equal(rig_seen(&rig)->ttl, 200);
    assert_int_equal(rig.pins[2].until_ms, rig.now_ms + 230000);
    rig_pass(&rig, 199000);
    rig_ask(&rig, "a.allowed.org", DNS_A);
    assert_int_equal(rig_seen(&rig)->ttl, 5);
    assert_int_equal(rig.sent_count, 2);
    rig_pass(&rig, 1000);
    rig_resolve(&rig, "a.allowed.org", DNS_A, 60, "192.0.2.2");
    rig_resolve(&rig, "a.allowed.org", DNS_AAAA, 60, "2001:db8::1");
}

static void test_nothing(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "none.open.org", DNS_A);
    rig_reply(&rig, &message, 3);
    dns_soa(&message, "org", 3600, 3600);
    rig_say(&rig, &message);
    check_told(3, 0);
    assert_int_equal(rig_seen(&rig)->extended, -1);
    rig_pass(&rig, 59999);
    rig_ask(&rig, "none.open.org", DNS_A);
    check_told(3, 0);
    assert_int_equal(rig.sent_count, 1);
    rig_pass(&rig, 1);
    rig_resolve(&rig, "none.open.org", DNS_A, 1, "");
    check_told(0, 0);
    rig_pass(&rig, 4999);
    rig_ask(&rig, "none.open.org", DNS_A);
    assert_int_equal(rig.sent_count, 2);
    assert_int_equal(rig.event_count, 0);
}

/* ---- addresses that must not be told */

static void test_guard(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "allowed.org", 60, "10.1.2.3");
    dns_address(&message, "allowed.org", 60, "192.0.2.1");
    dns_address(&message, "allowed.org", 60, "127.0.0.1");
    rig_say(&rig, &message);
    check_told(0, 1);
    assert_string_equal(rig_seen(&rig)->addresses[0], "192.0.2.1");
    assert_int_equal(rig_seen(&rig)->extended, -1);
    assert_int_equal(rig.pin_count, 1);
    assert_int_equal(rig.event_count, 2);
    assert_int_equal(rig.events[0].to.bytes[0], 10);
    check_event(MXC_NET_NAME_GUARDED, MXC_WHY_LOOPBACK, "allowed.org");
    rig_resolve(&rig, "evil.open.org", DNS_A, 60, "127.0.0.1");
    check_told(0, 0);
    assert_int_equal(rig_seen(&rig)->extended, 17);
    check_event(MXC_NET_NAME_GUARDED, MXC_WHY_LOOPBACK, "evil.open.org");
    rig_ask(&rig, "evil.open.org", DNS_A); /* nor from the cache */
    check_told(0, 0);
    assert_int_equal(rig.event_count, 1);
    assert_int_equal(rig.pin_count, 1);
}

static void test_full_pins(void **state)
{
    (void)state;
    rig.full = true;
    rig_resolve(&rig, "allowed.org", DNS_A, 60, "192.0.2.1");
    check_told(0, 0);
    check_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, "allowed.org");
    rig_resolve(&rig, "open.org", DNS_A, 60, "192.0.2.1"); /* needs no pin */
    check_told(0, 1);
    rig.full = false;
    rig_ask(&rig, "allowed.org", DNS_A);
    check_told(0, 1);
}

static void test_denied_link(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_reply(&rig, &message, 0);
    dns_alias(&message, "allowed.org", 60, "between.net");
    dns_alias(&message, "between.net", 60, "X.Denied.org");
    dns_address(&message, "x.denied.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    check_told(5, 0);
    assert_int_equal(rig_seen(&rig)->chain_count, 0);
    assert_int_equal(rig_event(&rig)->rule, 7);
    check_event(MXC_NET_NAME_REFUSED, MXC_WHY_RULE, "allowed.org");
    assert_int_equal(rig.pin_count, 0);
}

/* ---- who waits for what */

static void test_join(void **state)
{
    struct dns_bytes message;

    (void)state;
    dns_begin(&message, 3, 0);
    dns_ask(&message, "ALLOWED.org", DNS_A);
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_ask(&rig, "allowed.org", DNS_A); /* the same again */
    rig_ask_bytes(&rig, &message, 1);
    rig_ask_bytes(&rig, &message, 2);
    assert_int_equal(rig.sent_count, 1);
    rig_ask(&rig, "allowed.org", DNS_AAAA);
    assert_int_equal(rig.sent_count, 2);
    rig.sent_count = 1;
    rig_reply(&rig, &message, 0);
    dns_address(&message, "allowed.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    assert_int_equal(rig.answer_count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rig.answers[i].seen.address_count, 1);
    assert_string_equal(rig.answers[0].seen.name, "ALLOWED.org");
    assert_int_equal(rig.answers[0].asker.guest.port, 2);
    rig_say(&rig, &message); /* once more: nobody waits */
    assert_int_equal(rig.answer_count, 3);
}

static void ask_numbered(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        char name[40];

        snprintf(name, sizeof name, "n%u.open.org", i);
        rig_ask(&rig, name, DNS_A);
    }
}

static void test_many_at_once(void **state)
{
    (void)state;
    ask_numbered(0, MXC_RESOLVER_GUEST);
    assert_int_equal(rig.answer_count, 0);
    assert_int_equal(rig.sent_count, MXC_RESOLVER_GUEST);
    rig_ask(&rig, "more.open.org", DNS_A);
    check_told(5, 0);
    check_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, "more.open.org");
    rig_ask(&rig, "n5.open.org", DNS_A);
    assert_int_equal(rig.answer_count, 1); /* it waits already */
    rig_pass(&rig, 1000);
    rig_pass(&rig, 1000);
    rig_pass(&rig, 1000);
    rig_pass(&rig, 1000);
    assert_int_equal(rig.answer_count, 1 + MXC_RESOLVER_GUEST);
    check_told(2, 0);
    assert_int_equal(rig_seen(&rig)->extended, 22);
    assert_int_equal(rig.sent_count, 4 * MXC_RESOLVER_GUEST);
}

static void test_many_askers(void **state)
{
    struct dns_bytes query;

    (void)state;
    dns_begin(&query, 3, 0);
    dns_ask(&query, "open.org", DNS_A);
    for (unsigned port = 0; port < 300; port++)
        rig_ask_bytes(&rig, &query, port);
    assert_int_equal(rig.answer_count, 300 - 256);
    check_told(5, 0);
    assert_int_equal(rig.sent_count, 1);
    rig_reply(&rig, &query, 0);
    rig_say(&rig, &query);
    assert_int_equal(rig.answer_count, 300);
}

static void test_rate(void **state)
{
    struct dns_bytes message;

    (void)state;
    for (unsigned i = 0; i < 110; i++) {
        ask_numbered(i, 1);
        if (rig.sent_count == i + 1) {
            rig_reply(&rig, &message, 3);
            rig_say(&rig, &message);
        }
    }
    assert_int_equal(rig.sent_count, 100);
    check_told(5, 0);
    check_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, "n109.open.org");
    rig_ask(&rig, "n3.open.org", DNS_A); /* is known */
    check_told(3, 0);
    rig_pass(&rig, 100);
    ask_numbered(200, 10);
    assert_int_equal(rig.sent_count, 105);
    rig_pass(&rig, 1000000);
    ask_numbered(300, 10);
    assert_int_equal(rig.sent_count, 115);
}

/* ---- sizes */

static void test_sizes(void **state)
{
    struct dns_bytes message, query;
    struct mxc_dns_asker asker = { { 4, { 0 }, 9 }, 1 };

    (void)state;
    rig_ask(&rig, "open.org", DNS_AAAA);
    rig_reply(&rig, &message, 0);
    for (int i = 0; i < 40; i++) {
        char text[40];

        snprintf(text, sizeof text, "2001:db8::%d", i + 1);
        dns_address(&message, "open.org", 60, text);
    }
    rig_say(&rig, &message);
    check_told(0, 16);
    dns_begin(&query, 1, 0);
    dns_ask(&query, "an.alias.open.org", DNS_AAAA);
    rig_ask_bytes(&rig, &query, 1);
    rig_reply(&rig, &message, 0);
    dns_alias(&message, "an.alias.open.org", 60, "a.name.that.takes.some.room.open.org");
    for (int i = 0; i < 16; i++) {
        char text[40];

        snprintf(text, sizeof text, "2001:db8::%d", i + 1);
        dns_address(&message, "a.name.that.takes.some.room.open.org", 60, text);
    }
    rig_say(&rig, &message);
    assert_true(rig_seen(&rig)->flags & DNS_TC);
    assert_in_range(rig.answers[rig.answer_count - 1].size, 480, 512);
    mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, rig.now_ms);
    check_told(0, 16);
    assert_false(rig_seen(&rig)->flags & DNS_TC);
    assert_int_equal(rig.answers[rig.answer_count - 1].asker.stream, 1);
}

/* Who asks is told whether to wait. */
static void test_due(void **state)
{
    static const struct mxc_dns_asker asker = { { 4, { 0 }, 9 }, 1 };
    struct dns_bytes query, message;

    (void)state;
    dns_begin(&query, 1, DNS_RD);
    dns_ask(&query, "allowed.org", DNS_A);
    assert_true(mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, rig.now_ms));
    assert_false(mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, rig.now_ms));
    assert_int_equal(rig.answer_count, 0);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "allowed.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    assert_int_equal(rig.answer_count, 1);
    assert_true(mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, rig.now_ms));
    assert_int_equal(rig.answer_count, 2);
    assert_false(mxc_resolver_ask(rig.resolver, query.bytes, 11, &asker, rig.now_ms));
    query.bytes[2] |= 0x80; /* an answer */
    assert_false(mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, rig.now_ms));
    assert_int_equal(rig.answer_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused_names, begin, end),
        cmocka_unit_test_setup_teardown(test_due, begin, end),
        cmocka_unit_test_setup_teardown(test_other_types, begin, end),
        cmocka_unit_test_setup_teardown(test_localhost, begin, end),
        cmocka_unit_test_setup_teardown(test_nonsense, begin, end),
        cmocka_unit_test_setup_teardown(test_answer, begin, end),
        cmocka_unit_test_setup_teardown(test_unlike_questions, begin, end),
        cmocka_unit_test_setup_teardown(test_times, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing, begin, end),
        cmocka_unit_test_setup_teardown(test_guard, begin, end),
        cmocka_unit_test_setup_teardown(test_full_pins, begin, end),
        cmocka_unit_test_setup_teardown(test_denied_link, begin, end),
        cmocka_unit_test_setup_teardown(test_join, begin, end),
        cmocka_unit_test_setup_teardown(test_many_at_once, begin, end),
        cmocka_unit_test_setup_teardown(test_many_askers, begin, end),
        cmocka_unit_test_setup_teardown(test_rate, begin, end),
        cmocka_unit_test_setup_teardown(test_sizes, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
