/* SPDX-License-Identifier: MIT */
/* Nothing that is refused is lost on its way to the executor, nor in its summary: streams of random refusals at random
 * times, of which the counts must be found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/notices.h"
#include "run/events.h"

#define DISTINCT 400

struct listener {
    struct mxc_notices notices;
    struct mxc_events *events;
    uint64_t now_ms;
    bool strict;                /* all that there are are known */
    uint64_t last_ms[DISTINCT]; /* when each was told last; 0: never */
    uint64_t told[DISTINCT], untold;
    size_t messages;
};

static struct mxc_net_event refusal(size_t number)
{
    static const uint8_t address[4] = { 192, 0, 2, 1 };

    return (struct mxc_net_event){ .kind = MXC_NET_REFUSED,
                                   .count = 1,
                                   .protocol = MXC_PROTO_TCP,
                                   .why = MXC_WHY_DEFAULT,
                                   .port = (uint16_t)(number + 1),
                                   .rule = MXC_NO_RULE,
                                   .to = mxc_address_v4(address) };
}

static void hear(void *context, const struct mxc_net_event *event)
{
    struct listener *listener = context;
    size_t number = event->port - 1U;

    assert_true(event->count > 0);
    listener->messages++;
    mxc_events_take(listener->events, event);
    if (event->kind == MXC_NET_UNTOLD) {
        listener->untold += event->count;
        return;
    }
    assert_true(number < DISTINCT);
    if (listener->strict && listener->last_ms[number])
        assert_true(listener->now_ms - listener->last_ms[number] >= 1000);
    listener->told[number] += event->count;
    listener->last_ms[number] = listener->now_ms;
}

static void begin(struct listener *listener)
{
    static const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL };

    memset(listener, 0, sizeof *listener);
    listener->now_ms = 1000000;
    listener->notices.tell = hear;
    listener->notices.context = listener;
    listener->events = mxc_events_new(&network, -1);
    assert_non_null(listener->events);
}

static void add(struct listener *listener, size_t number)
{
    const struct mxc_net_event event = refusal(number);

    mxc_notices_add(&listener->notices, &event, listener->now_ms);
}

/* What the summary says in all. */
static uint64_t summed_up(const struct mxc_events *events)
{
    uint64_t sum = mxc_events_more(events);
    auto_buf text = { 0 };

    mxc_events_json(events, &text);
    assert_non_null(text.data);
    for (const char *at = text.data; (at = strstr(at, "\"count\":")); at++)
        sum += strtoull(at + 8, NULL, 10);
    return sum;
}

static void end(struct listener *listener)
{
    listener->strict = false;
    mxc_notices_tick(&listener->notices, 0, true);
    mxc_events_free(listener->events);
}

/* The next one that is told has the count of those that were not. */
static void test_merged(void **state)
{
    struct listener listener;

    (void)state;
    begin(&listener);
    listener.strict = true;
    for (int i = 0; i < 500; i++)
        add(&listener, 7);
    assert_int_equal(listener.messages, 1);
    assert_int_equal(listener.told[7], 1);
    listener.now_ms += 999;
    mxc_notices_tick(&listener.notices, listener.now_ms, false);
    assert_int_equal(listener.messages, 1);
    listener.now_ms += 1;
    add(&listener, 7);
    assert_int_equal(listener.messages, 2);
    assert_int_equal(listener.told[7], 501);
    add(&listener, 7);
    listener.now_ms += 1000;
    mxc_notices_tick(&listener.notices, listener.now_ms, false); /* nor does it wait for one */
    assert_int_equal(listener.messages, 3);
    assert_int_equal(listener.told[7], 502);
    add(&listener, 7);
    add(&listener, 8);
    end(&listener);
    assert_int_equal(listener.told[7], 503);
    assert_int_equal(listener.told[8], 1);
    assert_int_equal(listener.untold, 0);
}

/* Up to the bound each is told by itself in the end; beyond it the number is. */
static void test_bound(void **state)
{
    struct listener listener;

    (void)state;
    begin(&listener);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < MXC_NOTICES_KNOWN; i++)
            add(&listener, i);
    assert_int_equal(listener.messages, 50);
    for (size_t i = MXC_NOTICES_KNOWN; i < MXC_NOTICES_KNOWN + 9; i++)
        add(&listener, i);
    end(&listener);
    for (size_t i = 0; i < MXC_NOTICES_KNOWN; i++)
        assert_int_equal(listener.told[i], 3);
    assert_int_equal(listener.untold, 9);
}

/* Different in one thing only: nothing is merged. */
static void test_different(void **state)
{
    struct listener listener;
    struct mxc_net_event event = refusal(4), other = event;

    (void)state;
    begin(&listener);
    mxc_notices_add(&listener.notices, &event, listener.now_ms);
#define OTHER(change)                                                                              \
    do {                                                                                           \
        size_t before = listener.messages;                                                         \
        change;                                                                                    \
        mxc_notices_add(&listener.notices, &other, listener.now_ms);                               \
        assert_int_equal(listener.messages, before + 1);                                           \
        other = event;                                                                             \
    } while (0)
    OTHER(other.kind = MXC_NET_LIMITED);
    OTHER(other.protocol = MXC_PROTO_UDP);
    OTHER(other.port++);
    OTHER(other.to.bytes[3]++);
    OTHER((other.why = MXC_WHY_RULE, other.rule = 3));
    OTHER((other.why = MXC_WHY_RULE, other.rule = 4));
    OTHER(strcpy(other.name, "a.org"));
    end(&listener);
}

/* A stream of its own for each seed: how many different ones there are, how fast, how even. */
static void run_stream(unsigned seed)
{
    static uint64_t added[DISTINCT];
    struct listener listener;
    uint64_t all = 0, told = 0, due_ms;
    size_t different, steps;
    unsigned pace;

    srand(seed);
    begin(&listener);
    memset(added, 0, sizeof added);
    different = 1 + (size_t)rand() % DISTINCT;
    listener.strict = different <= MXC_NOTICES_KNOWN;
    pace = 1 + (unsigned)rand() % 400;
    steps = (size_t)rand() % 6000;
    due_ms = listener.now_ms + 1000;
    for (size_t i = 0; i < steps; i++) {
        size_t number = rand() % 3 ? (size_t)rand() % different : (size_t)rand() % 2 % different;

        listener.now_ms += (unsigned)rand() % pace == 0 ? (unsigned)rand() % 500 : 0;
        for (; due_ms <= listener.now_ms; due_ms += 1000)
            mxc_notices_tick(&listener.notices, listener.now_ms, false);
        add(&listener, number);
        added[number]++;
        all++;
    }
    assert_true(listener.messages <= 50 + (listener.now_ms - 1000000) / 50);
    listener.strict = false;
    mxc_notices_tick(&listener.notices, 0, true);
    for (size_t i = 0; i < DISTINCT; i++) {
        assert_true(listener.told[i] <= added[i]);
        if (different <= MXC_NOTICES_KNOWN)
            assert_int_equal(listener.told[i], added[i]);
        told += listener.told[i];
    }
    assert_int_equal(told + listener.untold, all);
    assert_int_equal(summed_up(listener.events), all);
    mxc_events_free(listener.events);
}

static void test_streams(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++)
        run_stream(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_different),
        cmocka_unit_test(test_streams),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
