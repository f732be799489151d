/* SPDX-License-Identifier: MIT */
/* The resolver and its servers: whom it asks, in which way, and whom it believes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/* ---- servers */

static void test_servers_in_turn(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "open.org", DNS_A);
    assert_int_equal(rig_sent(&rig)->try.server, 0);
    rig_pass(&rig, 999);
    assert_int_equal(rig.sent_count, 1);
    rig_pass(&rig, 1);
    assert_int_equal(rig.sent_count, 2);
    assert_int_equal(rig_sent(&rig)->try.server, 1);
    assert_true(rig.sent[0].seen.id != rig.sent[1].seen.id);
    rig_reply(&rig, &message, 2); /* SERVFAIL */
    rig_say(&rig, &message);
    assert_int_equal(rig.sent_count, 3);
    assert_int_equal(rig_sent(&rig)->try.server, 0);
    mxc_resolver_failed(rig.resolver, rig_sent(&rig)->try.slot, rig.now_ms);
    assert_int_equal(rig.sent_count, 4);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "open.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    check_told(0, 1);
    rig_ask(&rig, "a.open.org", DNS_A); /* whoever answered is asked first from now on */
    assert_int_equal(rig_sent(&rig)->try.server, 1);
}

static void test_no_server(void **state)
{
    (void)state;
    rig.broken = 1;
    rig_ask(&rig, "open.org", DNS_A);
    assert_int_equal(rig_sent(&rig)->try.server, 1);
    rig.broken = 3;
    rig_ask(&rig, "a.open.org", DNS_A);
    check_told(2, 0);
    assert_int_equal(rig.answer_count, 1);
}

/* A try may not outlast the whole. */
static void test_deadline(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "open.org", DNS_A);
    for (int i = 0; i < 2; i++) {
        rig_reply(&rig, &message, DNS_TC);
        rig_say(&rig, &message);
        assert_true(rig_sent(&rig)->try.stream);
        rig_pass(&rig, 2000);
    }
    assert_false(rig_sent(&rig)->try.stream);
    rig_pass(&rig, 499);
    assert_int_equal(rig.answer_count, 0);
    rig_pass(&rig, 1);
    check_told(2, 0);
}

static void test_stream_way(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "open.org", DNS_A);
    rig_reply(&rig, &message, DNS_TC);
    dns_address(&message, "open.org", 60, "192.0.2.66");
    rig_say(&rig, &message);
    assert_int_equal(rig.answer_count, 0);
    assert_int_equal(rig.sent_count, 2);
    assert_true(rig_sent(&rig)->try.stream && rig_sent(&rig)->try.server == 0);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "open.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    check_told(0, 1);
    assert_string_equal(rig_seen(&rig)->addresses[0], "192.0.2.1");
}

static void test_without_edns(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "open.org", DNS_A);
    rig_reply(&rig, &message, 1);
    rig_say(&rig, &message);
    assert_int_equal(rig.sent_count, 2);
    assert_false(rig_sent(&rig)->seen.edns);
    assert_int_equal(rig_sent(&rig)->try.server, 0);
    rig_reply(&rig, &message, 1);
    rig_say(&rig, &message);
    assert_int_equal(rig_sent(&rig)->try.server, 1);
}

/* ---- who else might answer */

static void test_spoofed(void **state)
{
    struct dns_bytes message;
    struct mxc_dns_try from;

    (void)state;
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "allowed.org", 60, "192.0.2.66");
    from = rig_sent(&rig)->try;
    from.bytes = message.bytes;
    from.size = message.size;
#define SAY(change)                                                                                \
    do {                                                                                           \
        struct mxc_dns_try was = from;                                                             \
        struct dns_bytes kept = message;                                                           \
        change;                                                                                    \
        mxc_resolver_receive(rig.resolver, &from, rig.now_ms);                                     \
        assert_int_equal(rig.answer_count + rig.pin_count, 0);                                     \
        assert_int_equal(rig.sent_count, 1);                                                       \
        from = was;                                                                                \
        message = kept;                                                                            \
    } while (0)
    SAY(from.server = 1);
    SAY(from.slot++);
    SAY(from.slot = MXC_RESOLVER_SLOTS);
    SAY(from.stream = true);
    SAY(message.bytes[0] ^= 1);
    SAY(message.bytes[13] = 'b');
    SAY(message.bytes[26] = DNS_AAAA);
    SAY(from.size = 12);
#undef SAY
    rig_say(&rig, &message);
    check_told(0, 1);
}

/* Guesses by the thousand: after a few of them only a connection is believed. */
static void test_guessing(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_reply(&rig, &message, 0);
    dns_address(&message, "allowed.org", 60, "192.0.2.66");
    for (unsigned i = 1; i <= 16; i++) {
        message.bytes[0] = (uint8_t)(rig.sent[0].bytes[0] + i);
        rig_say(&rig, &message);
    }
    assert_int_equal(rig.sent_count, 2);
    assert_true(rig_sent(&rig)->try.stream);
    assert_int_equal(rig.answer_count, 0);
}

/* Who does not know the case of the letters did not see the question. */
static void test_guessed_case(void **state)
{
    struct dns_bytes message;

    (void)state;
    rig_ask(&rig, "allowed.org", DNS_A);
    rig_reply(&rig, &message, 0);
    message.bytes[13] ^= 0x20;
    dns_address(&message, "allowed.org", 60, "192.0.2.66");
    rig_say(&rig, &message);
    assert_int_equal(rig.answer_count, 0);
    assert_true(rig_sent(&rig)->try.stream);
    rig_reply(&rig, &message, 0);
    message.bytes[13] ^= 0x20; /* a server that changes it */
    dns_address(&message, "allowed.org", 60, "192.0.2.1");
    rig_say(&rig, &message);
    check_told(0, 1);
    assert_string_equal(rig_seen(&rig)->addresses[0], "192.0.2.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_servers_in_turn, begin, end),
        cmocka_unit_test_setup_teardown(test_no_server, begin, end),
        cmocka_unit_test_setup_teardown(test_deadline, begin, end),
        cmocka_unit_test_setup_teardown(test_stream_way, begin, end),
        cmocka_unit_test_setup_teardown(test_without_edns, begin, end),
        cmocka_unit_test_setup_teardown(test_spoofed, begin, end),
        cmocka_unit_test_setup_teardown(test_guessing, begin, end),
        cmocka_unit_test_setup_teardown(test_guessed_case, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
