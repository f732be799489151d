/* SPDX-License-Identifier: MIT */
/* The resolver's port of TCP, with a guest that the test plays: connections, order, losses, ends, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/closed.h"
#include "net/packet.h"
#include "net/resolver_tcp.h"
#include "net/wire.h"
#include "net_frames.h"

/* What the guest got last, and everything in its order. */
static struct {
    struct mxc_resolver_tcp *tcp;
    uint64_t now_ms;
    unsigned frames, asked;
    bool echo;   /* a question is answered by itself, at once */
    bool silent; /* a question is never answered */
    struct mxc_dns_asker asker;
    uint32_t next, peer; /* sequence numbers: of the guest, and what it expects */
    uint8_t flags, version;
    uint16_t port, window;
    uint32_t seq;
    size_t size, got_size, largest;
    uint8_t got[20000];
} rig;

static void hear(void *context, const uint8_t *frame, size_t size)
{
    struct mxc_packet packet;
    const uint8_t *data;

    (void)context;
    assert_null(frame_fault(frame, size));
    mxc_packet_read(frame, size, &packet);
    assert_int_equal(packet.kind, MXC_PACKET_TCP);
    assert_int_equal(packet.from_port, 53);
    rig.frames++;
    rig.flags = packet.flags;
    rig.seq = mxc_get32(packet.data + 4);
    data = packet.data + MXC_TCP_SIZE;
    rig.size = packet.data_size - MXC_TCP_SIZE;
    rig.largest = rig.size > rig.largest ? rig.size : rig.largest;
    if (rig.flags & RST)
        return;
    assert_int_equal(mxc_get32(packet.data + 8), rig.next);
    if (rig.flags & SYN)
        rig.peer = rig.seq;
    if (rig.seq != rig.peer)
        return;
    memcpy(rig.got + rig.got_size, data, rig.size);
    rig.got_size += rig.size;
    rig.peer += (uint32_t)rig.size + !!(rig.flags & SYN) + !!(rig.flags & FIN);
}

static bool ask(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes, size_t size,
                uint64_t now_ms)
{
    (void)context;
    rig.asked++;
    rig.asker = *asker;
    if (rig.echo)
        mxc_resolver_tcp_answer(rig.tcp, asker, bytes, size, now_ms);
    return !rig.silent;
}

static void give_random(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, 0xff, size); /* so that numbers wrap */
}

static void tick(uint64_t ms)
{
    rig.now_ms += ms;
    assert_true(mxc_resolver_tcp_tick(rig.tcp, rig.now_ms) > rig.now_ms);
}

static void say_at(uint32_t seq, uint32_t ack, uint8_t flags, const void *bytes, size_t size)
{
    static const uint8_t ours[6] = { 0x52, 0x55, 10, 0, 2, 3 };
    bool v6 = rig.version == 6;
    struct mxc_datagram ends = { .version = rig.version,
                                 .from = v6 ? MXC_GUEST_V6 : MXC_GUEST_V4,
                                 .to = v6 ? MXC_RESOLVER_V6 : MXC_RESOLVER_V4,
                                 .from_port = rig.port,
                                 .to_port = 53 };
    const struct mxc_segment segment = { seq, ack, rig.window, flags };
    const struct mxc_reply_bytes data = { bytes, size };
    uint8_t frame[4096];
    size_t length;

    memcpy(ends.ether_from, frame_guest_mac, 6);
    memcpy(ends.ether_to, ours, 6);
    length = mxc_reply_tcp(&ends, &segment, &data, frame, sizeof frame);
    assert_true(length);
    mxc_resolver_tcp_take(rig.tcp, frame, length, rig.now_ms);
    tick(0);
}

static void say(uint8_t flags, const void *bytes, size_t size)
{
    uint32_t seq = rig.next;

    rig.next += (uint32_t)size + !!(flags & SYN) + !!(flags & FIN);
    say_at(seq, rig.peer, flags, bytes, size);
}

static void dial(uint16_t port)
{
    rig.port = port;
    rig.next = 0xfffffffe;
    rig.got_size = 0;
    say(SYN, NULL, 0);
    assert_int_equal(rig.flags, SYN | ACK);
    say(ACK, NULL, 0);
}

static int begin(void **state)
{
    static const struct mxc_resolver_tcp_ways ways = { NULL, hear, ask, give_random };

    (void)state;
    memset(&rig, 0, sizeof rig);
    rig.tcp = mxc_resolver_tcp_new(&ways);
    assert_non_null(rig.tcp);
    rig.version = 4;
    rig.window = 60000;
    rig.now_ms = 1000;
    rig.echo = true;
    return 0;
}

static int end(void **state)
{
    (void)state;
    mxc_resolver_tcp_free(rig.tcp);
    return 0;
}

static void test_talk(void **state)
{
    (void)state;
    for (rig.version = 4; rig.version <= 6; rig.version += 2) {
        rig.asked = 0;
        dial(1000);
        say(ACK, "\0\3ab", 4);
        assert_int_equal(rig.asked, 0);
        say(ACK, "c\0\1d", 4);
        assert_int_equal(rig.asked, 2);
        assert_int_equal(rig.got_size, 8);
        assert_memory_equal(rig.got, "\0\3abc\0\1d", 8);
        assert_true(rig.asker.stream && rig.asker.guest.port == 1000 &&
                    rig.asker.guest.version == rig.version);
        say(ACK | FIN, NULL, 0);
        assert_int_equal(rig.flags, FIN | ACK);
        say(ACK, NULL, 0);
        rig.frames = 0;
        say(ACK, NULL, 0); /* the connection is gone */
        assert_int_equal(rig.frames, 1);
        assert_int_equal(rig.flags, RST);
    }
}

/* The end waits for answers that are still due. */
static void test_late_answer(void **state)
{
    (void)state;
    rig.echo = false;
    dial(1000);
    say(ACK | FIN, "\0\1a", 3);
    assert_int_equal(rig.asked, 1);
    assert_int_equal(rig.flags, ACK);
    mxc_resolver_tcp_answer(rig.tcp, &rig.asker, (const uint8_t *)"answer", 6, rig.now_ms);
    assert_int_equal(rig.got_size, 8);
    assert_int_equal(rig.flags, FIN | ACK);
    say(ACK, NULL, 0);
    rig.frames = 0;
    tick(5000);
    mxc_resolver_tcp_answer(rig.tcp, &rig.asker, (const uint8_t *)"answer", 6, rig.now_ms);
    assert_int_equal(rig.frames, 0);
}

/* What nobody answers keeps no connection open, and is none of the questions that one may have. */
static void test_no_answer(void **state)
{
    (void)state;
    rig.echo = false;
    rig.silent = true;
    dial(1000);
    for (int i = 0; i < 40; i++)
        say(ACK, "\0\1a", 3);
    assert_int_equal(rig.asked, 40);
    rig.silent = false;
    say(ACK, "\0\1b", 3);
    say(ACK | FIN, NULL, 0);
    assert_int_equal(rig.flags, ACK);
    mxc_resolver_tcp_answer(rig.tcp, &rig.asker, (const uint8_t *)"answer", 6, rig.now_ms);
    assert_int_equal(rig.got_size, 8);
    assert_int_equal(rig.flags, FIN | ACK);
}

/* What comes twice, too early or in the wrong order is asked for again, and counts once. */
static void test_order(void **state)
{
    (void)state;
    dial(1000);
    say_at(rig.next + 3, rig.peer, ACK, "\0\1b", 3);
    assert_int_equal(rig.asked, 0);
    assert_int_equal(rig.flags, ACK);
    say(ACK, "\0\1a", 3);
    say_at(rig.next - 3, rig.peer, ACK, "\0\1a", 3);
    assert_int_equal(rig.asked, 1);
    say_at(rig.next, rig.peer, SYN, NULL, 0);
    say_at(rig.next + 1, rig.peer, RST, NULL, 0); /* not from who is connected */
    say(ACK, "\0\1b", 3);
    assert_int_equal(rig.asked, 2);
    say(RST, NULL, 0);
    say(ACK, "\0\1c", 3);
    assert_int_equal(rig.asked, 2);
    assert_int_equal(rig.flags, RST);
}

static void test_losses(void **state)
{
    uint32_t peer;

    (void)state;
    rig.port = 1000;
    say(SYN, NULL, 0);
    rig.frames = 0;
    say_at(rig.next - 1, 0, SYN, NULL, 0); /* as if the answer was lost */
    assert_int_equal(rig.flags, SYN | ACK);
    tick(199);
    assert_int_equal(rig.frames, 1);
    tick(1);
    assert_int_equal(rig.frames, 2);
    say(ACK, NULL, 0);
    peer = rig.peer;
    say(ACK, "\0\1a", 3);
    rig.peer = peer; /* lost */
    rig.got_size = 0;
    tick(199);
    assert_int_equal(rig.got_size, 0);
    tick(1);
    assert_int_equal(rig.got_size, 3);
    rig.frames = 0;
    for (int i = 0; i < 200; i++)
        tick(100); /* nobody acknowledges: at most so many times */
    assert_in_range(rig.frames, 3, 8);
    assert_true(rig.flags & RST);
}

static void test_segments(void **state)
{
    uint8_t text[1002] = { 1000 >> 8, 1000 & 255 };

    (void)state;
    dial(1000);
    say(ACK, text, sizeof text);
    assert_int_equal(rig.got_size, 1002);
    assert_int_equal(rig.largest, 536);
    rig.window = 100;
    dial(1001);
    say(ACK, text, sizeof text);
    assert_int_equal(rig.got_size, 100);
    say(ACK, NULL, 0);
    assert_int_equal(rig.got_size, 200);
    rig.window = 60000;
    say(ACK, NULL, 0);
    assert_int_equal(rig.got_size, 1002);
    say(ACK | FIN, NULL, 0);
    assert_int_equal(rig.flags, FIN | ACK);
}

static void test_bounds(void **state)
{
    uint8_t text[3 * 17];

    (void)state;
    dial(1000);
    say(ACK, "\4\1", 2); /* a question of more than a kilobyte */
    assert_true(rig.flags & RST);
    rig.echo = false;
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "\0\1x", 3);
    dial(1001);
    say(ACK, text, sizeof text);
    assert_int_equal(rig.asked, 16);
    assert_true(rig.flags & RST);
    rig.echo = true;
    rig.window = 0;
    dial(1002);
    for (int i = 0; i < 20 && !(rig.flags & RST); i++) {
        uint8_t one[1002] = { 1000 >> 8, 1000 & 255 };

        say(ACK, one, sizeof one);
    }
    assert_true(rig.flags & RST);
    dial(1003);
    tick(14999);
    rig.frames = 0;
    tick(1);
    assert_int_equal(rig.frames, 1);
    assert_true(rig.flags & RST);
}

/* More connections than there is room for: the silent ones make room. */
static void test_many(void **state)
{
    (void)state;
    for (uint16_t port = 1; port <= 100; port++) {
        rig.now_ms++;
        dial(port);
        say(ACK, "\0\1a", 3);
        assert_int_equal(rig.asked, port);
    }
    rig.port = 84;
    say(ACK, NULL, 0);
    assert_int_equal(rig.flags, RST);
}

static void test_nonsense(void **state)
{
    uint8_t frame[14] = { 0 };

    (void)state;
    rig.port = 1000;
    mxc_resolver_tcp_take(rig.tcp, frame, sizeof frame, rig.now_ms);
    say_at(1, 1, RST, NULL, 0);
    assert_int_equal(rig.frames, 0);
    say_at(1, 1, SYN | ACK, NULL, 0);
    assert_int_equal(rig.flags, RST);
    dial(1000);
    say_at(rig.next, rig.peer + 1, ACK, NULL, 0); /* of what we did not say */
    assert_int_equal(rig.flags & RST, RST);
    say(SYN, NULL, 0);
    rig.frames = 0;
    say_at(rig.next, rig.peer, 0, "x", 1);
    assert_int_equal(rig.frames, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(talk),     TEST(late_answer), TEST(no_answer), TEST(order),    TEST(losses),
        TEST(segments), TEST(bounds),      TEST(many),      TEST(nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
