/* SPDX-License-Identifier: MIT */
/* Where nobody is, the gateway says that it is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/reply.h"
#include "net_frames.h"

/* The last byte of an address, and whether we answer for it. */
static const struct {
    uint8_t target;
    bool answered;
} rows[] = { { 1, true }, { 2, false }, { 3, false }, { 4, true }, { 0, true }, { 255, true } };

#define ROWS (sizeof rows / sizeof *rows)

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
        assert_memory_equal(out + 14 + 8, ((uint8_t[]){ 0x52, 0x55, 10, 0, 2, 2 }), 6);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_solicitation),
        cmocka_unit_test(test_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
