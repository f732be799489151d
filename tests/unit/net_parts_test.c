/* SPDX-License-Identifier: MIT */
/* Addresses, events, pins and the host's own addresses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/address.h"
#include "net/event.h"
#include "net/marked.h"
#include "net/pins.h"
#include "net/spans.h"
#include "policy/cidr.h"

static struct mxc_address address(const char *text)
{
    struct mxc_address out;

    assert_true(mxc_address_parse(text, &out));
    return out;
}

static void test_addresses(void **state)
{
    static const char *const rows[][2] = {
        { "1.2.3.4", "1.2.3.4" },
        { "255.255.255.255", "255.255.255.255" },
        { "::", "::" },
        { "::1", "::1" },
        { "1::", "1::" },
        { "::FFFF:1.2.3.4", "1.2.3.4" },
        { "2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
        { "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
        { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
        { "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
    };
    static const char *const bad[] = {
        "", "1.2.3", "1.2.3.4/32", "::/0", "1.2.3.4 ", "a", "::1%lo"
    };
    struct mxc_address out = { .family = 9 };
    char text[MXC_ADDRESS_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        out = address(rows[i][0]);
        assert_string_equal(mxc_address_text(&out, text), rows[i][1]);
        assert_int_equal(out.family, strchr(rows[i][1], '.') ? 4 : 6);
    }
    out.family = 9;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(mxc_address_parse(bad[i], &out));
    assert_string_equal(mxc_address_text(&out, text), "?");
}

static void test_shares(void **state)
{
    uint8_t a[16] = { 0xff, 0x80 }, b[16] = { 0xff, 0xc0 };

    (void)state;
    assert_true(mxc_address_shares(a, b, 0));
    assert_true(mxc_address_shares(a, b, 9));
    assert_false(mxc_address_shares(a, b, 10));
    assert_false(mxc_address_shares(a, b, 128));
    assert_true(mxc_address_shares(a, a, 128));
}

static void test_events(void **state)
{
    const struct mxc_net_event good = { .kind = MXC_NET_NAME_REFUSED,
                                        .count = 1,
                                        .why = MXC_WHY_NAME,
                                        .rule = MXC_NO_RULE,
                                        .name = "evil\033[31m\nname" };
    struct mxc_net_event event, out;

    (void)state;
    assert_true(mxc_net_event_take(&good, sizeof good, &out));
    assert_string_equal(out.name, "evil?[31m?name");
    assert_false(mxc_net_event_take(&good, sizeof good - 1, &out));
    assert_false(mxc_net_event_take(&good, 0, &out));
#define BAD(change)                                                                                \
    do {                                                                                           \
        event = good;                                                                              \
        change;                                                                                    \
        assert_false(mxc_net_event_take(&event, sizeof event, &out));                              \
    } while (0)
    BAD(event.kind = MXC_NET_KIND_COUNT);
    BAD(event.why = MXC_WHY_COUNT);
    BAD(event.count = 0);
    BAD(event.protocol = 4);
    BAD(event.to.family = 5);
    BAD(event.rule = 0);
    BAD(memset(event.name, 'a', sizeof event.name));
    assert_string_equal(mxc_net_kind_text(MXC_NET_UNTOLD), "untold");
    assert_string_equal(mxc_net_why_text(MXC_WHY_OWN_ADDRESS), "own-address");
    assert_string_equal(mxc_net_why_text(MXC_WHY_COUNT), "?");
}

static bool count_name(void *context, uint32_t name)
{
    unsigned *sum = context;

    *sum += name;
    return false;
}

static unsigned pinned(const struct mxc_pins *pins, const char *text, uint64_t now_ms)
{
    const struct mxc_address to = address(text);
    unsigned sum = 0;

    assert_false(mxc_pins_find(pins, &to, now_ms, count_name, &sum));
    return sum;
}

static bool pin(struct mxc_pins *pins, const char *text, uint32_t name, uint64_t until_ms)
{
    const struct mxc_address to = address(text);

    return mxc_pins_add(pins, &to, name, until_ms, 100);
}

static void test_pins(void **state)
{
    struct mxc_pins *pins = mxc_pins_new(4), *none = mxc_pins_new(0);

    (void)state;
    assert_true(pin(pins, "1.1.1.1", 1, 200));
    assert_true(pin(pins, "1.1.1.1", 10, 300));
    assert_true(pin(pins, "::1.1.1.1", 100, 300));
    assert_int_equal(pinned(pins, "1.1.1.1", 199), 11);
    assert_int_equal(pinned(pins, "1.1.1.1", 200), 10);
    assert_int_equal(pinned(pins, "::1.1.1.1", 200), 100);
    assert_int_equal(pinned(pins, "1.1.1.2", 100), 0);
    assert_true(pin(pins, "1.1.1.1", 1, 250));
    assert_true(pin(pins, "1.1.1.1", 1, 150)); /* no shorter */
    assert_int_equal(pinned(pins, "1.1.1.1", 249), 11);
    assert_true(pin(pins, "1.1.1.3", 7, 101));
    assert_false(pin(pins, "1.1.1.4", 1, 500));
    assert_int_equal(mxc_pins_expire(pins, 101), 3);
    assert_true(pin(pins, "1.1.1.4", 1, 500));
    assert_int_equal(mxc_pins_expire(pins, 250), 3);
    assert_int_equal(mxc_pins_expire(pins, 1000), 0);
    assert_int_equal(pinned(pins, "1.1.1.4", 100), 0);
    assert_false(pin(none, "1.1.1.1", 1, 500));
    assert_int_equal(pinned(none, "1.1.1.1", 100), 0);
    mxc_pins_free(pins);
    mxc_pins_free(none);
    mxc_pins_free(NULL);
}

static void retire(struct mxc_pins *pins, uint32_t name, uint8_t family, uint64_t until_ms)
{
    const struct mxc_retiring which = { name, family };

    mxc_pins_retire(pins, &which, until_ms, 100);
}

/* Each name has a share that the others cannot take. */
static void test_shares_of_names(void **state)
{
    struct mxc_pins *pins = mxc_pins_new_shared(2, 3);

    (void)state;
    assert_true(pin(pins, "1.1.1.1", 1, 500));
    assert_true(pin(pins, "::9", 1, 400));
    assert_true(pin(pins, "1.1.1.1", 1, 600));
    assert_false(pin(pins, "1.1.1.2", 1, 700)); /* the earliest made room */
    assert_int_equal(pinned(pins, "::9", 100), 0);
    assert_int_equal(pinned(pins, "1.1.1.2", 100), 1);
    assert_false(pin(pins, "1.1.1.3", 1, 600)); /* lasts no longer than those that are there */
    assert_int_equal(pinned(pins, "1.1.1.3", 100), 0);
    assert_false(pin(pins, "1.1.1.4", 3, 600)); /* no such name */
    assert_true(pin(pins, "1.1.1.1", 2, 300));
    assert_true(pin(pins, "1.1.1.3", 2, 300));
    assert_int_equal(pinned(pins, "1.1.1.1", 100), 3);
    retire(pins, 1, 6, 110);
    retire(pins, 0, 4, 110);
    retire(pins, 7, 4, 110);
    assert_int_equal(pinned(pins, "1.1.1.1", 110), 3);
    retire(pins, 1, 4, 110);
    assert_int_equal(pinned(pins, "1.1.1.1", 109), 3);
    assert_int_equal(pinned(pins, "1.1.1.1", 110), 2);
    retire(pins, 1, 4, 100);
    assert_int_equal(mxc_pins_expire(pins, 100), 2);
    assert_true(pin(pins, "1.1.1.5", 1, 800));
    assert_true(pin(pins, "1.1.1.6", 1, 800));
    assert_int_equal(mxc_pins_expire(pins, 300), 2);
    assert_int_equal(mxc_pins_expire(pins, 800), 0);
    mxc_pins_free(pins);
}

/* Denied addresses of many names come and go; tables say what must be there. */
static void test_many_shares(void **state)
{
    enum { SHARE = 4, NAMES = 9, ADDRESSES = 24 };
    uint64_t until[NAMES][ADDRESSES] = { { 0 } };
    struct mxc_pins *pins = mxc_pins_new_shared(SHARE, NAMES);

    (void)state;
    srand(2);
    for (uint64_t now = 1; now < 20000; now++) {
        uint32_t name = (uint32_t)rand() % NAMES, which = (uint32_t)rand() % ADDRESSES, sum = 0;
        uint64_t end = now + (unsigned)rand() % 60;
        const uint8_t bytes[] = { 1, 1, 1, (uint8_t)which };
        const struct mxc_address to = mxc_address_v4(bytes);
        const struct mxc_retiring old = { name, 4 };
        unsigned held = 0, want = 0;

        if (rand() % 8 == 0) {
            mxc_pins_retire(pins, &old, now + 9, now);
            for (unsigned i = 0; i < ADDRESSES; i++)
                until[name][i] = until[name][i] > now + 9 ? now + 9 : until[name][i];
        }
        for (unsigned i = 0; i < ADDRESSES; i++)
            held += until[name][i] > now;
        assert_true(held <= SHARE);
        if (until[name][which] > now || held < SHARE) {
            assert_true(mxc_pins_add(pins, &to, name, end, now));
            until[name][which] = end > until[name][which] ? end : until[name][which];
        }
        for (unsigned i = 0; i < NAMES; i++)
            want += until[i][which] > now ? i : 0;
        mxc_pins_find(pins, &to, now, count_name, &sum);
        assert_int_equal(sum, want);
    }
    mxc_pins_free(pins);
}

/* Pins of many addresses come and go; a list says what must be there. */
static void test_many_pins(void **state)
{
    enum { ROOM = 64, NAMES = 200 };
    uint64_t until[NAMES] = { 0 };
    struct mxc_pins *pins = mxc_pins_new(ROOM);

    (void)state;
    srand(1);
    for (uint64_t now = 1; now < 20000; now++) {
        unsigned which = (unsigned)rand() % NAMES, held = 0, sum = 0;
        uint64_t end = now + (unsigned)rand() % 40;
        const struct mxc_address to = mxc_address_v4((const uint8_t[]){ 1, 1, 1, (uint8_t)which });

        for (unsigned i = 0; i < NAMES; i++)
            held += until[i] > now;
        if (mxc_pins_add(pins, &to, which + 1, end, now))
            until[which] = end > until[which] ? end : until[which];
        else
            assert_int_equal(held, ROOM);
        mxc_pins_find(pins, &to, now, count_name, &sum);
        assert_int_equal(sum, until[which] > now ? which + 1 : 0);
    }
    mxc_pins_free(pins);
}

static void add_span(struct mxc_spans *spans, const char *text)
{
    struct mxc_cidr network;

    assert_int_equal(mxc_cidr_parse(text, &network), MXC_CIDR_OK);
    assert_int_equal(mxc_spans_add(spans, &network), 0);
}

static bool have(const struct mxc_spans *spans, const char *text)
{
    const struct mxc_address one = address(text);
    uint8_t wide[16];

    mxc_address_wide(&one, wide);
    return mxc_spans_have(spans, wide);
}

static void test_spans(void **state)
{
    static const char *const in[] = { "9.9.9.9",   "20.0.0.0",       "20.0.0.255", "20.0.1.7",
                                      "21.1.1.1",  "2001:db8::1",    "2a00::",     "2a00::ffff:1",
                                      "2a00::1:1", "255.255.255.255" };
    static const char *const out[] = {
        "9.9.9.8",     "9.9.9.10",     "19.255.255.255", "20.0.2.0", "21.1.1.0", "2001:db8::",
        "2001:db8::2", "2a00:0:0:1::", "29ff:ffff::",    "0.0.0.0",  "::"
    };
    struct mxc_spans spans = { 0 }, same = { 0 };

    (void)state;
    assert_false(have(NULL, "9.9.9.9"));
    assert_false(have(&spans, "9.9.9.9"));
    for (int i = 0; i < 3; i++) { /* what comes again changes nothing */
        add_span(&spans, "2a00::/64");
        add_span(&spans, "20.0.1.0/24");
        add_span(&spans, "9.9.9.9");
        add_span(&spans, "20.0.0.64/26");
        add_span(&spans, "20.0.0.0/24");
        add_span(&spans, "255.255.255.255");
        add_span(&spans, "21.1.1.1");
        add_span(&spans, "2001:db8::1");
        add_span(&spans, "2a00::7");
        mxc_spans_settle(&spans);
        assert_int_equal(spans.count, 6);
        for (size_t k = 0; k < sizeof in / sizeof *in; k++)
            assert_true(have(&spans, in[k]));
        for (size_t k = 0; k < sizeof out / sizeof *out; k++)
            assert_false(have(&spans, out[k]));
    }
    assert_false(mxc_spans_same(&spans, &same));
    for (size_t k = 0; k < spans.count; k++)
        assert_true(memcmp(spans.items[k].first, spans.items[k].last, 16) <= 0);
    mxc_spans_done(&spans);
    assert_true(mxc_spans_same(&spans, &same));
    mxc_spans_done(&spans);
}

/* All of IPv6 is not IPv4 as well, and the other way round. */
static void test_spans_families(void **state)
{
    struct mxc_spans six = { 0 }, four = { 0 }, both = { 0 };

    (void)state;
    add_span(&six, "::/0");
    add_span(&four, "0.0.0.0/0");
    add_span(&both, "0.0.0.0/0");
    add_span(&both, "::/0");
    mxc_spans_settle(&six);
    mxc_spans_settle(&four);
    mxc_spans_settle(&both);
    assert_int_equal(both.count, 1);
    for (int i = 0; i < 3; i++) {
        static const char *const v6[] = { "::", "2a00::1", "ffff:ffff::" };
        static const char *const v4[] = { "0.0.0.0", "9.9.9.9", "255.255.255.255" };

        assert_true(have(&six, v6[i]) && !have(&six, v4[i]));
        assert_true(have(&four, v4[i]) && !have(&four, v6[i]));
        assert_true(have(&both, v4[i]) && have(&both, v6[i]));
    }
    mxc_spans_done(&six);
    mxc_spans_done(&four);
    mxc_spans_done(&both);
}

/* Every second address, so that nothing can be joined, each of them three times: what comes again takes no room. */
static void test_spans_bound(void **state)
{
    struct mxc_spans spans = { 0 };
    struct mxc_cidr one = { .family = 4, .bits = 32, .address = { 7 } };
    int last = 0;

    (void)state;
    for (unsigned i = 0; i < 3 * MXC_SPANS_MAX / 2; i++) {
        unsigned at = 2 * (i % (MXC_SPANS_MAX / 2));

        one.address[2] = (uint8_t)(at >> 8);
        one.address[3] = (uint8_t)at;
        assert_int_equal(mxc_spans_add(&spans, &one), 0);
    }
    mxc_spans_settle(&spans);
    assert_int_equal(spans.count, MXC_SPANS_MAX / 2);
    assert_true(have(&spans, "7.0.0.4"));
    assert_false(have(&spans, "7.0.0.5"));
    one.address[0] = 8;
    for (unsigned at = 0; !last && at < 2 * MXC_SPANS_MAX; at += 2) {
        one.address[2] = (uint8_t)(at >> 8);
        one.address[3] = (uint8_t)at;
        last = mxc_spans_add(&spans, &one);
    }
    assert_int_equal(last, ENOSPC);
    assert_int_equal(spans.count, MXC_SPANS_MAX);
    mxc_spans_done(&spans);
}

static void test_marked(void **state)
{
    struct mxc_marked marked = { 0 };

    (void)state;
    mxc_marked_add(&marked, 2, 254, false);
    mxc_marked_add(&marked, 2, 1000, true);
    mxc_marked_add(&marked, 2, 1000, true);
    mxc_marked_add(&marked, 2, 1001, true);
    mxc_marked_add(&marked, 2, 1001, false);
    mxc_marked_add(&marked, 2, 1002, false);
    mxc_marked_add(&marked, 2, 1002, true);
    assert_true(mxc_marked_only(&marked, 2, 1000));
    assert_false(mxc_marked_only(&marked, 10, 1000));
    assert_false(mxc_marked_only(&marked, 2, 254));
    assert_false(mxc_marked_only(&marked, 2, 1001));
    assert_false(mxc_marked_only(&marked, 2, 1002));
    assert_false(mxc_marked_only(&marked, 2, 77)); /* which no rule leads to */
    for (uint32_t table = 2000; table < 2000 + 2 * MXC_MARKED_MAX; table++)
        mxc_marked_add(&marked, 2, table, true);
    assert_int_equal(marked.count, MXC_MARKED_MAX);
    assert_true(mxc_marked_only(&marked, 2, 2000));
    assert_false(mxc_marked_only(&marked, 2, 2000 + 2 * MXC_MARKED_MAX - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),      cmocka_unit_test(test_shares),
        cmocka_unit_test(test_events),         cmocka_unit_test(test_pins),
        cmocka_unit_test(test_many_pins),      cmocka_unit_test(test_spans),
        cmocka_unit_test(test_spans_families), cmocka_unit_test(test_spans_bound),
        cmocka_unit_test(test_marked),         cmocka_unit_test(test_shares_of_names),
        cmocka_unit_test(test_many_shares),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
