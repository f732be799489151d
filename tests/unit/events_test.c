/* SPDX-License-Identifier: MIT */
/* What is told of refusals: lines, the summary, words; and what is believed of whoever tells them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "run/events.h"

static struct mxc_rule deny[2];
static const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL,
                                            .egress_present = true,
                                            .deny = { deny, 2 } };
static const struct mxc_network legacy = { .form = MXC_NET_LEGACY, .deny = { deny, 2 } };

static struct mxc_net_event event_to(const char *address, uint16_t port)
{
    struct mxc_net_event event = { .kind = MXC_NET_REFUSED,
                                   .count = 1,
                                   .time_ns = 1767323045678000000U,
                                   .protocol = MXC_PROTO_TCP,
                                   .why = MXC_WHY_DEFAULT,
                                   .port = port,
                                   .rule = MXC_NO_RULE };

    assert_true(mxc_address_parse(address, &event.to));
    return event;
}

#define PATCH_443                                                                                  \
    "[{\"op\":\"add\",\"path\":\"/network/egress/allow\",\"value\":[{\"to\":[{\"cidr\":"           \
    "\"192.0.2.1\"}],\"ports\":[{\"protocol\":\"tcp\",\"port\":443}]}]}]"

static void check_line(const struct mxc_network *policy, const struct mxc_net_event *event,
                       const char *want)
{
    struct mxc_events *events;
    char line[4096] = { 0 };
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    events = mxc_events_new(policy, ends[1]);
    mxc_events_take(events, event);
    (void)close(ends[1]);
    assert_true(read(ends[0], line, sizeof line - 1) >= 0);
    assert_string_equal(line, want);
    (void)close(ends[0]);
    mxc_events_free(events);
}

static void test_lines(void **state)
{
    struct mxc_net_event event = event_to("192.0.2.1", 443);

    (void)state;
    check_line(&network, &event,
               "{\"time\":\"2026-01-02T03:04:05.678Z\",\"kind\":\"refused\",\"protocol\":\"tcp\","
               "\"address\":\"192.0.2.1\",\"port\":443,\"why\":\"default\",\"count\":1,"
               "\"suggestion\":" PATCH_443 "}\n");
    event.why = MXC_WHY_RULE;
    event.rule = 1;
    event.protocol = MXC_PROTO_ICMP;
    event.port = 0;
    check_line(
        &legacy, &event,
        "{\"time\":\"2026-01-02T03:04:05.678Z\",\"kind\":\"refused\",\"protocol\":\"icmp\","
        "\"address\":\"192.0.2.1\",\"why\":\"rule\",\"rule\":\"/network/blockedHosts/1\","
        "\"count\":1,\"suggestion\":[{\"op\":\"remove\",\"path\":\"/network/blockedHosts/1\"},"
        "{\"op\":\"remove\",\"path\":\"/network/blockedHosts/0\"},{\"op\":\"add\",\"path\":"
        "\"/network/allowedHosts\",\"value\":[\"192.0.2.1\"]}]}\n");
    event = (struct mxc_net_event){
        .kind = MXC_NET_UNTOLD, .count = 9, .rule = MXC_NO_RULE, .time_ns = 1000000
    };
    check_line(&network, &event,
               "{\"time\":\"1970-01-01T00:00:00.001Z\",\"kind\":\"untold\",\"count\":9}\n");
}

/* What would not fit into a pipe at once goes without its suggestion. */
static void test_long(void **state)
{
    static struct mxc_rule many[400];
    const struct mxc_network long_list = { .form = MXC_NET_LEGACY, .deny = { many, 400 } };
    struct mxc_net_event event = event_to("192.0.2.1", 443);

    (void)state;
    event.why = MXC_WHY_RULE;
    event.rule = 7;
    check_line(&long_list, &event,
               "{\"time\":\"2026-01-02T03:04:05.678Z\",\"kind\":\"refused\",\"protocol\":\"tcp\","
               "\"address\":\"192.0.2.1\",\"port\":443,\"why\":\"rule\","
               "\"rule\":\"/network/blockedHosts/7\",\"count\":1}\n");
}

/* Whatever the network process sends, a line is one line of JSON, or none. */
static void test_hostile(void **state)
{
    struct mxc_net_event event = event_to("192.0.2.1", 443);

    (void)state;
    event.kind = MXC_NET_KIND_COUNT;
    check_line(&network, &event, "");
    event = event_to("192.0.2.1", 443);
    event.protocol = 9;
    check_line(&network, &event, "");
    event = event_to("192.0.2.1", 443);
    memset(event.name, 'a', sizeof event.name);
    check_line(&network, &event, "");
    event = (struct mxc_net_event){
        .kind = MXC_NET_NAME_REFUSED, .count = 1, .why = MXC_WHY_RULE, .rule = 1000000
    };
    strcpy(event.name, "a\"\n\033[2J\\");
    check_line(
        &network, &event,
        "{\"time\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"name-refused\",\"name\":\"a\\\"??["
        "2J\\\\\",\"why\":\"rule\",\"count\":1}\n");
    event.time_ns = UINT64_MAX;
    memset(event.name, '"', sizeof event.name - 1);
    for (unsigned i = 0; i < 600; i++) { /* nothing grows without end */
        struct mxc_events *events = mxc_events_new(&network, -1);

        event.port = (uint16_t)i;
        mxc_events_take(events, &event);
        mxc_events_free(events);
    }
}

static void test_summary(void **state)
{
    struct mxc_events *events = mxc_events_new(&network, -1);
    const struct mxc_net_event untold = { .kind = MXC_NET_UNTOLD, .count = 5, .rule = MXC_NO_RULE };
    auto_buf text = { 0 };
    json_t *list;

    (void)state;
    mxc_events_json(events, &text);
    assert_string_equal(text.data, "[]");
    text.length = 0;
    for (unsigned round = 0; round < 2; round++)
        for (uint16_t port = 1; port <= MXC_EVENTS_KEPT + 3; port++) {
            struct mxc_net_event event = event_to("192.0.2.1", port);

            event.time_ns += port * 7919U; /* when does not matter */
            mxc_events_take(events, &event);
        }
    mxc_events_take(events, &untold);
    mxc_events_json(events, &text);
    list = json_loads(text.data, 0, NULL);
    assert_int_equal(json_array_size(list), MXC_EVENTS_KEPT);
    for (size_t i = 0; i < MXC_EVENTS_KEPT; i++) {
        const json_t *one = json_array_get(list, i);

        assert_int_equal(json_integer_value(json_object_get(one, "port")), i + 1);
        assert_int_equal(json_integer_value(json_object_get(one, "count")), 2);
    }
    assert_int_equal(mxc_events_more(events), 2 * 3 + 5);
    json_decref(list);
    mxc_events_free(events);
}

static void test_words(void **state)
{
    struct mxc_events *events = mxc_events_new(&network, -1);
    struct mxc_net_event event = event_to("192.0.2.1", 443);
    struct mxc_net_event name = { .kind = MXC_NET_NAME_REFUSED,
                                  .count = 1,
                                  .why = MXC_WHY_NAME,
                                  .rule = MXC_NO_RULE,
                                  .name = "bad name" };
    auto_buf text = { 0 };

    (void)state;
    mxc_events_words(events, 8, &text);
    assert_int_equal(text.length, 0);
    for (int i = 0; i < 12; i++)
        mxc_events_take(events, &event);
    mxc_events_take(events, &name);
    mxc_events_take(events, &name);
    event = event_to("224.0.0.1", 5);
    event.why = MXC_WHY_RESERVED;
    mxc_events_take(events, &event);
    event = event_to("ff02::1", 5);
    event.why = MXC_WHY_RESERVED;
    strcpy(event.name, "all.test");
    mxc_events_take(events, &event);
    mxc_events_take(events, &event);
    mxc_events_words(events, 3, &text);
    assert_string_equal(text.data,
                        "refused: tcp 192.0.2.1:443, by default, 12 times; to allow: " PATCH_443
                        "\nrefused: the name bad name, by name, asked 2 times\n"
                        "refused: tcp 224.0.0.1:5, by reserved\nrefused: 2 more\n");
    text.length = 0;
    mxc_events_words(events, 8, &text);
    assert_non_null(
        strstr(text.data, "refused: tcp [ff02::1]:5 (all.test), by reserved, 2 times\n"));
    mxc_events_free(events);
    events = mxc_events_new(&network, -1);
    name = (struct mxc_net_event){
        .kind = MXC_NET_NAME_UNRESOLVED, .count = 1, .why = MXC_WHY_RULE, .rule = 1
    };
    strcpy(name.name, "bad.org");
    mxc_events_take(events, &name);
    text.length = 0;
    mxc_events_words(events, 8, &text);
    assert_string_equal(text.data, "not resolved: the name bad.org, by /network/egress/deny/1: its "
                                   "addresses are not denied\n");
    mxc_events_free(events);
}

static unsigned fill(struct mxc_events *events, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct mxc_net_event event = event_to("192.0.2.1", (uint16_t)(i + 1));

        mxc_events_take(events, &event);
    }
    return count;
}

/* A reader that does not read stops nobody; it learns how much it missed. */
static void test_slow_reader(void **state)
{
    static char text[1 << 20];
    struct mxc_events *events;
    size_t length = 0, lines = 0;
    json_int_t lost = 0;
    char *rest = NULL;
    int ends[2];
    ssize_t got;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    events = mxc_events_new(&network, ends[1]);
    errno = EPIPE; /* of something else */
    (void)fill(events, 2000);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    mxc_events_finish(events);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *one = json_loads(line, 0, NULL);

        assert_non_null(one);
        if (!strcmp(json_string_value(json_object_get(one, "kind")), "untold"))
            lost += json_integer_value(json_object_get(one, "count"));
        else
            lines++;
        json_decref(one);
    }
    assert_true(lost > 0);
    assert_int_equal((json_int_t)lines + lost, 2000);
    (void)close(ends[0]);
    (void)close(ends[1]);
    mxc_events_free(events);
}

/* Nor does one that goes away; the signal that it would raise would end the executor. */
static void test_gone_reader(void **state)
{
    struct mxc_events *events;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    events = mxc_events_new(&network, ends[1]);
    (void)close(ends[0]);
    assert_int_equal(fill(events, 3), 3);
    (void)close(ends[1]);
    mxc_events_free(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_long),
        cmocka_unit_test(test_hostile),     cmocka_unit_test(test_summary),
        cmocka_unit_test(test_words),       cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_gone_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
