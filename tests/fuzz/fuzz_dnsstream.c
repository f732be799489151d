/* SPDX-License-Identifier: MIT */
/* TCP segments of the guest for the resolver, in a row: each is a step of a byte, then where it lies in the stream, its
 * length, and its bytes. What comes back is well formed and within the guest's window, and no question is made up. */
#include <string.h>

#include "fuzz.h"
#include "net/closed.h"
#include "net/dns_stream.h"
#include "net/packet.h"
#include "net/resolver_tcp.h"
#include "net/wire.h"
#include "net_frames.h"

#define PORTS 20

/* What the guest knows of its connection from each port. */
struct side {
    uint32_t next, peer, edge; /* of its own bytes; of what it got; the end of its window */
    bool up;
};

static struct {
    struct mxc_resolver_tcp *tcp;
    uint64_t now_ms;
    size_t asked_bytes, said_bytes;
    bool answers;
    struct side sides[PORTS];
} world;

static void hear(void *context, const uint8_t *frame, size_t size)
{
    const char *fault = frame_fault(frame, size);
    struct mxc_packet packet;
    struct side *side;
    uint32_t end;

    (void)context;
    FUZZ_CHECK(!fault, fault);
    mxc_packet_read(frame, size, &packet);
    FUZZ_CHECK(packet.kind == MXC_PACKET_TCP && packet.from_port == 53, NULL);
    FUZZ_CHECK(packet.to_port >= 1 && packet.to_port <= PORTS, NULL);
    side = &world.sides[packet.to_port - 1];
    end = mxc_get32(packet.data + 4) + (uint32_t)(packet.data_size - MXC_TCP_SIZE);
    if (packet.flags & MXC_TCP_RST)
        return;
    side->next = mxc_get32(packet.data + 8);
    if (packet.flags & MXC_TCP_SYN) {
        *side = (struct side){ side->next, end + 1, end + 1, true };
        return;
    }
    FUZZ_CHECK(side->up, "an answer to nobody");
    FUZZ_CHECK(packet.data_size == MXC_TCP_SIZE || (int32_t)(end - side->edge) <= 0, "the window");
    side->peer = end + (packet.flags & MXC_TCP_FIN ? 1 : 0);
}

static bool ask(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes, size_t size,
                uint64_t now_ms)
{
    (void)context;
    FUZZ_CHECK(asker->stream && size <= MXC_DNS_QUESTION_MAX, NULL);
    world.asked_bytes += size + MXC_DNS_FRAME;
    FUZZ_CHECK(world.asked_bytes <= world.said_bytes, "a question nobody asked");
    if (world.answers)
        mxc_resolver_tcp_answer(world.tcp, asker, bytes, size, now_ms);
    return world.answers || size % 2;
}

static void give_random(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, 0xff, size);
}

static void say(unsigned port, const struct mxc_segment *segment, const uint8_t *bytes, size_t size)
{
    static const uint8_t ours[6] = { 0x52, 0x55, 10, 0, 2, 3 };
    const struct mxc_reply_bytes data = { bytes, size };
    struct mxc_datagram ends = { .version = 4,
                                 .from = MXC_GUEST_V4,
                                 .to = MXC_RESOLVER_V4,
                                 .from_port = (uint16_t)port,
                                 .to_port = 53 };
    uint8_t frame[512];
    size_t length;

    memcpy(ends.ether_from, frame_guest_mac, 6);
    memcpy(ends.ether_to, ours, 6);
    length = mxc_reply_tcp(&ends, segment, &data, frame, sizeof frame);
    FUZZ_CHECK(length, NULL);
    world.said_bytes += size;
    mxc_resolver_tcp_take(world.tcp, frame, length, world.now_ms);
}

static void step(struct fuzz_input *input)
{
    static const uint8_t flags[] = { MXC_TCP_ACK, MXC_TCP_ACK,
                                     MXC_TCP_SYN, MXC_TCP_ACK | MXC_TCP_FIN,
                                     MXC_TCP_RST, MXC_TCP_SYN | MXC_TCP_ACK,
                                     0,           MXC_TCP_ACK };
    static const uint16_t windows[] = { 65535, 0, 1, 600 };
    unsigned how = fuzz_byte(input), where = fuzz_byte(input), port = 1 + where % PORTS;
    struct side *side = &world.sides[port - 1];
    size_t size = fuzz_byte(input);
    struct mxc_segment segment = { side->next, side->peer, windows[how >> 3 & 3], flags[how & 7] };

    size = size < input->left ? size : input->left;
    if (where >= 240)
        segment.seq += where - 247;
    else if (where >= 220)
        segment.ack += where - 227;
    if ((int32_t)(segment.ack + segment.window - side->edge) > 0)
        side->edge = segment.ack + segment.window;
    say(port, &segment, input->at, size);
    input->at += size;
    input->left -= size;
    world.answers = how & 32;
    world.now_ms += (how >> 6) * 150;
    FUZZ_CHECK(mxc_resolver_tcp_tick(world.tcp, world.now_ms) > world.now_ms, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mxc_resolver_tcp_ways ways = { NULL, hear, ask, give_random };
    struct fuzz_input input = { data, size };

    memset(&world, 0, sizeof world);
    world.tcp = mxc_resolver_tcp_new(&ways);
    FUZZ_CHECK(world.tcp, NULL);
    while (input.left)
        step(&input);
    for (int i = 0; i < 40; i++) {
        world.now_ms += 400;
        (void)mxc_resolver_tcp_tick(world.tcp, world.now_ms);
    }
    FUZZ_CHECK(mxc_resolver_tcp_tick(world.tcp, world.now_ms) == MXC_RESOLVER_NEVER,
               "it never ends");
    mxc_resolver_tcp_free(world.tcp);
    return 0;
}
