/* SPDX-License-Identifier: MIT */
/* Answers of our own: where nobody is, the gateway says that it is there, and what goes to many is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/filter.h"
#include "net/reply.h"
#include "net_frames.h"

/* The last byte of an address, and whether we answer for it. */
static const struct {
    uint8_t target;
    bool answered;
} rows[] = { { 1, true }, { 2, false }, { 3, false }, { 4, true }, { 0, true }, { 255, true } };

#define ROWS (sizeof rows / sizeof *rows)

static const uint8_t mac4[6] = { 0x52, 0x55, 10, 0, 2, 2 }, mac6[6] = { 0x52, 0x56, 0, 0, 0, 2 };

static size_t answer(const struct frame *frame, uint8_t out[MXC_REPLY_ROOM])
{
    struct mxc_packet packet;
    size_t size;

    mxc_packet_read(frame->bytes, frame->size, &packet);
    assert_int_not_equal(packet.kind, MXC_PACKET_OTHER);
    size = mxc_reply_neighbour(&packet, out);
    if (size)
        assert_null(frame_fault(out, size));
    return size;
}

static void test_arp(void **state)
{
    uint8_t out[MXC_REPLY_ROOM];
    struct frame frame;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const uint8_t from[4] = { 10, 0, 2, rows[i].target };

        frame_arp(&frame);
        frame.bytes[14 + 27] = rows[i].target;
        assert_int_equal(answer(&frame, out), rows[i].answered ? 42 : 0);
        if (!rows[i].answered)
            continue;
        assert_memory_equal(out + 14 + 8, mac4, 6);
        assert_memory_equal(out + 14 + 14, from, 4);
    }
    frame_arp(&frame);
    frame.bytes[14 + 27] = 7;
    assert_int_equal(answer(&frame, out), 42);
    frame.bytes[14 + 7] = 2; /* an answer */
    assert_int_equal(answer(&frame, out), 0);
    frame.bytes[14 + 7] = 1;
    memset(frame.bytes + 14 + 14, 0, 4); /* is this address free? */
    assert_int_equal(answer(&frame, out), 0);
    frame_arp(&frame); /* is the guest's own? */
    frame.bytes[14 + 27] = 100;
    assert_int_equal(answer(&frame, out), 0);
}

static void test_solicitation(void **state)
{
    uint8_t out[MXC_REPLY_ROOM];
    struct frame frame;

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        frame_neighbour(&frame);
        frame.bytes[54 + 23] = rows[i].target;
        frame_mend(&frame);
        assert_int_equal(answer(&frame, out), rows[i].answered ? 14 + 40 + 32 : 0);
        if (!rows[i].answered)
            continue;
        assert_int_equal(out[14 + 7], 255);
        assert_int_equal(out[54], 136);
        assert_memory_equal(out + 54 + 8, frame.bytes + 54 + 8, 16);
        assert_memory_equal(out + 14 + 8, frame.bytes + 54 + 8, 16);
        assert_memory_equal(out + 54 + 24, ((uint8_t[]){ 2, 1, 0x52, 0x56, 0, 0, 0, 2 }), 8);
    }
    frame_neighbour(&frame);
    frame.bytes[54 + 23] = 7;
    memset(frame.bytes + 14 + 8, 0, 16); /* is this address free? */
    frame_mend(&frame);
    assert_int_equal(answer(&frame, out), 0);
}

/* As short as a message may be: nobody is looked for. */
static void test_short(void **state)
{
    const struct frame_spec spec = { .peer = "ff02::1:ff00:2", .protocol = 1, .payload = 15 };
    uint8_t out[MXC_REPLY_ROOM];
    struct frame frame;

    (void)state;
    frame_make(&spec, &frame);
    frame.bytes[14 + 7] = 255;
    frame.bytes[54] = 135;
    frame_mend(&frame);
    assert_int_equal(answer(&frame, out), 0);
}

/* ---- what goes to many */

static void count_event(void *context, const struct mxc_net_event *event)
{
    assert_int_equal(event->why, MXC_WHY_RESERVED);
    ++*(size_t *)context;
}

/* Everything is open that may be. */
static struct mxc_filter *open_filter(struct mxc_arena *arena, struct mxc_ruleset *rules,
                                      size_t *events)
{
    static const struct mxc_live live = { .now_ms = 0 };
    const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL, .egress_allow = true };
    struct mxc_filter_options options = {
        .rules = rules, .live = &live, .tell = count_event, .context = events
    };
    struct mxc_blob blob;

    assert_int_equal(mxc_rules_compile(arena, &network, NULL, &blob, NULL), 0);
    assert_int_equal(mxc_rules_open(blob.data, blob.size, rules, NULL), 0);
    memcpy(options.guest_mac, frame_guest_mac, 6);
    return mxc_filter_new(&options);
}

/* The gateway answers for a group, nobody for all, and no connection to either is refused by a segment. */
static void test_groups(void **state)
{
    static const struct {
        const char *to;
        uint8_t protocol;
        enum mxc_verdict want;
    } cases[] = {
        { "224.0.0.251", 17, MXC_FRAME_REPLY },    { "239.255.255.255", 1, MXC_FRAME_REPLY },
        { "ff02::fb", 17, MXC_FRAME_REPLY },       { "ff0e::1", 1, MXC_FRAME_REPLY },
        { "224.0.0.251", 6, MXC_FRAME_DROP },      { "ff02::fb", 6, MXC_FRAME_DROP },
        { "10.0.2.255", 17, MXC_FRAME_DROP },      { "10.0.2.255", 6, MXC_FRAME_DROP },
        { "255.255.255.255", 17, MXC_FRAME_DROP }, { "255.255.255.255", 1, MXC_FRAME_DROP },
        { "240.0.0.0", 6, MXC_FRAME_REPLY },       { "240.0.0.0", 17, MXC_FRAME_REPLY },
        { "255.255.255.254", 6, MXC_FRAME_REPLY }, { "255.255.255.254", 1, MXC_FRAME_REPLY },
        { "10.0.2.254", 6, MXC_FRAME_REPLY },
    };
    struct mxc_arena arena = { 0 };
    struct mxc_ruleset rules;
    size_t events = 0;
    struct mxc_filter *filter = open_filter(&arena, &rules, &events);

    (void)state;
    assert_non_null(filter);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct frame_spec spec = { .peer = cases[i].to,
                                         .protocol = cases[i].protocol,
                                         .guest_port = 5000,
                                         .port = cases[i].protocol == 1 ? 0 : 7,
                                         .flags = SYN };
        struct mxc_filter_out out;
        struct frame frame;

        frame_make(&spec, &frame);
        assert_int_equal(mxc_filter_out(filter, frame.bytes, frame.size, 1000, &out),
                         cases[i].want);
        assert_int_equal(events, i + 1);
        if (cases[i].want != MXC_FRAME_REPLY)
            continue;
        assert_null(frame_fault(out.reply, out.reply_size));
        if (cases[i].protocol != 6)
            assert_memory_equal(out.reply + 6, strchr(cases[i].to, ':') ? mac6 : mac4, 6);
    }
    mxc_filter_free(filter);
    mxc_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_solicitation),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
