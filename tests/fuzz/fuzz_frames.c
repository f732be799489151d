/* SPDX-License-Identifier: MIT */
/* Frames in both directions, in a row, through the filter: what passes is what the model of the rules allows or
 * what belongs to a published port, and what is answered is answered well. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "net/filter.h"
#include "net_frames.h"
#include "net_world.h"

#define STEPS     64
#define PUBLISHED 8080

/* A connection from outside that passed. */
struct visitor {
    struct mxc_address from;
    uint16_t port;
};

struct fuzz_net {
    struct world world;
    struct mxc_ruleset rules;
    struct mxc_live live;
    struct mxc_spans own;
    struct mxc_pins *pins;
    struct mxc_filter *filter;
    struct visitor visitors[STEPS];
    size_t visitor_count;
    uint64_t now_ms;
};

static void hear(void *context, const struct mxc_net_event *event)
{
    struct mxc_net_event taken;

    (void)context;
    FUZZ_CHECK(mxc_net_event_take(event, sizeof *event, &taken), NULL);
    FUZZ_CHECK(event->kind == MXC_NET_REFUSED || event->kind == MXC_NET_LIMITED ||
                   event->kind == MXC_NET_UNTOLD,
               NULL);
}

static void set_up(struct fuzz_net *net)
{
    static const uint16_t published[] = { PUBLISHED };
    const struct model *model = &net->world.model;
    struct mxc_filter_options options = { .rules = &net->rules,
                                          .live = &net->live,
                                          .published = published,
                                          .published_count = 1,
                                          .flows = 1 + dice_roll(&net->world.dice, 20),
                                          .half_open = 1 + dice_roll(&net->world.dice, 10),
                                          .tell = hear };
    struct mxc_name_ruling ruling;
    struct mxc_blob blob;

    FUZZ_CHECK(world_compile(&net->world, &blob), NULL);
    FUZZ_CHECK(mxc_rules_open(blob.data, blob.size, &net->rules, NULL) == 0, NULL);
    net->pins = mxc_pins_new(8);
    FUZZ_CHECK(net->pins && world_own(&net->world, &net->own), NULL);
    for (size_t i = 0; i < model->pin_count; i++) {
        mxc_rules_names(&net->rules, model->pins[i].name, &ruling);
        for (uint32_t k = 0; k < ruling.count; k++)
            (void)mxc_pins_add(net->pins, &model->pins[i].address, ruling.pins[k],
                               model->pins[i].until_ms, 0);
    }
    net->live.pins = net->pins;
    net->live.own = &net->own;
    net->world.model.now_ms = 0; /* every pin may have opened its flow */
    memcpy(options.guest_mac, frame_guest_mac, 6);
    net->filter = mxc_filter_new(&options);
    FUZZ_CHECK(net->filter, NULL);
}

static void tear_down(struct fuzz_net *net)
{
    mxc_filter_free(net->filter);
    mxc_pins_free(net->pins);
    mxc_spans_done(&net->own);
    world_done(&net->world);
}

/* ---- what frames say, at the places where they must say it */

struct seen {
    uint8_t version, protocol; /* 6, 17, 1 */
    struct mxc_address from, to;
    const uint8_t *data;
    uint16_t from_port, to_port;
};

static bool look(const uint8_t *frame, struct seen *out)
{
    const uint8_t *ip = frame + 14;

    out->version = ip[0] >> 4;
    if (frame[12] == 0x86) {
        out->protocol = ip[6] == 58 ? 1 : ip[6];
        out->from = mxc_address_v6(ip + 8);
        out->to = mxc_address_v6(ip + 24);
        out->data = ip + 40;
    } else if (frame[12] == 8 && frame[13] == 0) {
        FUZZ_CHECK(ip[0] == 0x45 && !(ip[6] & 0xbf) && !ip[7], "options or fragments");
        out->protocol = ip[9];
        out->from = mxc_address_v4(ip + 12);
        out->to = mxc_address_v4(ip + 16);
        out->data = ip + 20;
    } else {
        FUZZ_CHECK(frame[12] == 8 && frame[13] == 6, "type of Ethernet");
        return false;
    }
    FUZZ_CHECK(out->protocol == 1 || out->protocol == 6 || out->protocol == 17, "protocol");
    out->from_port = (uint16_t)(out->data[0] << 8 | out->data[1]);
    out->to_port = (uint16_t)(out->data[2] << 8 | out->data[3]);
    return out->protocol != 1 || (out->data[0] < 133 || out->version == 4);
}

static bool is_guest(const struct mxc_address *address)
{
    struct mxc_address v4, v6;

    FUZZ_CHECK(mxc_address_parse("10.0.2.100", &v4) && mxc_address_parse("fd00::100", &v6), NULL);
    return mxc_address_same(address, &v4) || mxc_address_same(address, &v6);
}

static bool is_visited(const struct fuzz_net *net, const struct seen *seen)
{
    for (size_t i = 0; i < net->visitor_count; i++)
        if (seen->protocol == 6 && seen->from_port == PUBLISHED &&
            seen->to_port == net->visitors[i].port &&
            mxc_address_same(&seen->to, &net->visitors[i].from))
            return true;
    return false;
}

/* It passed, out of the sandbox. */
static void check_passed(const struct fuzz_net *net, const uint8_t *frame)
{
    struct mxc_flow flow = { .protocol = MXC_PROTO_ICMP };
    struct seen seen;

    if (!look(frame, &seen))
        return;
    FUZZ_CHECK(is_guest(&seen.from), "source");
    flow.to = seen.to;
    if (seen.protocol != 1) {
        flow.protocol = seen.protocol == 6 ? MXC_PROTO_TCP : MXC_PROTO_UDP;
        flow.port = seen.to_port;
    }
    FUZZ_CHECK(model_ask(&net->world.model, &flow).allow || is_visited(net, &seen), "refused flow");
}

/* It passed, to the guest. */
static void check_let_in(struct fuzz_net *net, const uint8_t *frame)
{
    struct seen seen;

    if (!look(frame, &seen))
        return;
    FUZZ_CHECK(is_guest(&seen.to), "destination");
    if (seen.protocol == 6 && seen.to_port == PUBLISHED)
        net->visitors[net->visitor_count++] = (struct visitor){ seen.from, seen.from_port };
}

/* ---- frames of an input */

static void random_spec(struct fuzz_net *net, struct frame *out)
{
    static const uint8_t protocols[] = { 6, 17, 1, 6 };
    struct dice *dice = &net->world.dice;
    char text[MXC_ADDRESS_TEXT];
    struct frame_spec spec = { .protocol = protocols[dice_roll(dice, 4)] };
    struct mxc_flow flow;

    world_flow(&net->world, &flow);
    spec.peer = mxc_address_text(&flow.to, text);
    if (dice_roll(dice, 8) == 7)
        spec.peer = flow.to.family == 4 ? "10.0.2.3" : "fd00::3";
    spec.port = flow.port;
    spec.guest_port = (uint16_t[]){ PUBLISHED, 4000, 4001, 1 }[dice_roll(dice, 4)];
    spec.flags = (uint8_t[]){ SYN, SYN, SYN | ACK, ACK, FIN | ACK, RST }[dice_roll(dice, 6)];
    spec.payload = dice_roll(dice, 4) ? 0 : dice_roll(dice, 256);
    spec.to_guest = dice_roll(dice, 3) == 2;
    frame_make(&spec, out);
}

static void random_frame(struct fuzz_net *net, struct frame *out)
{
    struct dice *dice = &net->world.dice;
    unsigned kind = dice_roll(dice, 16);

    if (kind == 0)
        frame_arp(out);
    else if (kind == 1)
        frame_neighbour(out);
    else if (kind == 2)
        for (out->size = 0; out->size < 14 + dice_roll(dice, 100); out->size++)
            out->bytes[out->size] = (uint8_t)dice_roll(dice, 256);
    else
        random_spec(net, out);
    if (dice_roll(dice, 2) == 0 || !out->size)
        return;
    for (unsigned i = 1 + dice_roll(dice, 4); i; i--)
        out->bytes[dice_roll(dice, 256) % out->size] = (uint8_t)dice_roll(dice, 256);
    if (kind > 2 && dice_roll(dice, 4))
        frame_mend(out);
    if (dice_roll(dice, 8) == 7)
        out->size = dice_roll(dice, 256) % (out->size + 1);
}

static void check_resolve(const struct fuzz_net *net, const struct mxc_filter_out *out,
                          const uint8_t *frame, size_t size)
{
    uint8_t answer[512];
    size_t length;

    FUZZ_CHECK(out->query >= frame && out->query + out->query_size <= frame + size, NULL);
    length = mxc_filter_answer(net->filter, &out->asker, (const uint8_t *)"abc", 3, answer,
                               sizeof answer);
    FUZZ_CHECK(length && !frame_fault(answer, length), "answer");
}

static void step(struct fuzz_net *net, const uint8_t *frame, size_t size)
{
    static struct mxc_filter_out out;
    const char *fault;

    if (dice_roll(&net->world.dice, 3) == 2) {
        if (mxc_filter_in(net->filter, frame, size, net->now_ms) == MXC_FRAME_PASS)
            check_let_in(net, frame);
        return;
    }
    memset(&out, 0xaa, sizeof out);
    switch (mxc_filter_out(net->filter, frame, size, net->now_ms, &out)) {
    case MXC_FRAME_PASS:
        check_passed(net, frame);
        return;
    case MXC_FRAME_REPLY:
        FUZZ_CHECK(out.reply_size <= sizeof out.reply, NULL);
        fault = frame_fault(out.reply, out.reply_size);
        FUZZ_CHECK(!fault, fault);
        return;
    case MXC_FRAME_RESOLVE:
        check_resolve(net, &out, frame, size);
        return;
    case MXC_FRAME_STREAM:
    case MXC_FRAME_DROP:
        return;
    }
    FUZZ_CHECK(false, "no verdict");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_net net;

    net = (struct fuzz_net){ .world.dice = { data ? data : (const uint8_t *)"", size, 0 } };
    world_make(&net.world);
    set_up(&net);
    for (int i = 0; i < STEPS && net.world.dice.left; i++) {
        struct frame frame = { .size = 0 };
        uint8_t *copy;

        random_frame(&net, &frame);
        copy = malloc(frame.size ? frame.size : 1);
        FUZZ_CHECK(copy, NULL);
        memcpy(copy, frame.bytes, frame.size);
        step(&net, copy, frame.size);
        free(copy);
        if (dice_roll(&net.world.dice, 8) == 7)
            net.now_ms += 37 * (uint64_t)dice_roll(&net.world.dice, 256);
        if (dice_roll(&net.world.dice, 16) == 15)
            mxc_filter_recheck(net.filter, NULL, net.now_ms);
        if (dice_roll(&net.world.dice, 16) == 15)
            mxc_filter_tick(net.filter, net.now_ms);
    }
    tear_down(&net);
    return 0;
}
