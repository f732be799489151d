/* SPDX-License-Identifier: MIT */
/* What passes. */
#include "net/filter.h"

#include <stdlib.h>
#include <string.h>

#include "net/closed.h"
#include "net/flows.h"
#include "net/notices.h"
#include "net/wire.h"

#define FLOWS     4096
#define HALF_OPEN 256
#define DNS       53

struct mxc_filter {
    uint8_t guest_mac[6];
    const struct mxc_ruleset *rules;
    const struct mxc_live *live;
    struct mxc_flows *flows;
    struct mxc_notices notices;
    bool crowded; /* no descriptor is left */
    size_t published_count;
    uint16_t published[]; /* in any order: there are few */
};

struct mxc_filter *mxc_filter_new(const struct mxc_filter_options *options)
{
    size_t size = options->published_count * sizeof *options->published;
    struct mxc_filter *filter = calloc(1, sizeof *filter + size);

    if (!filter)
        return NULL;
    memcpy(filter->guest_mac, options->guest_mac, sizeof filter->guest_mac);
    filter->rules = options->rules;
    filter->live = options->live;
    filter->notices.tell = options->tell;
    filter->notices.context = options->context;
    filter->published_count = options->published_count;
    if (size)
        memcpy(filter->published, options->published, size);
    filter->flows =
        mxc_flows_new(options->flows ? options->flows : FLOWS,
                      options->half_open ? options->half_open : HALF_OPEN, options->seed);
    if (!filter->flows) {
        free(filter);
        return NULL;
    }
    return filter;
}

void mxc_filter_free(struct mxc_filter *filter)
{
    if (!filter)
        return;
    mxc_notices_tick(&filter->notices, 0, true);
    mxc_flows_free(filter->flows);
    free(filter);
}

void mxc_filter_tell(struct mxc_filter *filter, const struct mxc_net_event *event, uint64_t now_ms)
{
    mxc_notices_add(&filter->notices, event, now_ms);
}

void mxc_filter_tick(struct mxc_filter *filter, uint64_t now_ms)
{
    mxc_flows_reap(filter->flows, now_ms);
    mxc_notices_tick(&filter->notices, now_ms, false);
}

/* ---- addresses of the sandbox's network */

static bool is_guest(uint8_t version, const uint8_t *address)
{
    return version == 6 ? memcmp(address, MXC_GUEST_V6, 16) == 0
                        : memcmp(address, MXC_GUEST_V4, 4) == 0;
}

static bool is_resolver(const struct mxc_packet *packet)
{
    return packet->version == 6 ? memcmp(packet->to, MXC_RESOLVER_V6, 16) == 0
                                : memcmp(packet->to, MXC_RESOLVER_V4, 4) == 0;
}

/* libslirp makes the Ethernet addresses of gateway and resolver from the end of their IP
 * addresses. */
static bool is_our_mac(const uint8_t *mac, uint8_t version)
{
    static const uint8_t v4[5] = { 0x52, 0x55, 10, 0, 2 }, v6[5] = { 0x52, 0x56, 0, 0, 0 };

    return memcmp(mac, version == 6 ? v6 : v4, 5) == 0 && (mac[5] == 2 || mac[5] == 3);
}

static enum mxc_protocol protocol_of(const struct mxc_packet *packet)
{
    switch (packet->kind) {
    case MXC_PACKET_TCP:
        return MXC_PROTO_TCP;
    case MXC_PACKET_UDP:
        return MXC_PROTO_UDP;
    default:
        return MXC_PROTO_ICMP;
    }
}

/* The key of a flow, 'out': as the guest sends it; else as the guest gets it. */
static struct mxc_flow_key key_of(const struct mxc_packet *packet, bool out)
{
    struct mxc_flow_key key = { .version = packet->version,
                                .protocol = (uint16_t)protocol_of(packet) };

    memcpy(key.address, out ? packet->to : packet->from, packet->version == 6 ? 16 : 4);
    key.guest_port = out ? packet->from_port : packet->to_port;
    if (key.protocol != MXC_PROTO_ICMP)
        key.port = out ? packet->to_port : packet->from_port;
    return key;
}

/* ---- events */

static void tell(struct mxc_filter *filter, const struct mxc_flow *flow, struct mxc_ruling ruling,
                 uint64_t now_ms)
{
    struct mxc_net_event event = {
        .kind = ruling.why == MXC_WHY_LIMIT ? MXC_NET_LIMITED : MXC_NET_REFUSED,
        .count = 1,
        .protocol = (uint8_t)flow->protocol,
        .why = (uint8_t)ruling.why,
        .port = flow->port,
        .rule = ruling.rule,
        .to = flow->to,
    };

    if (ruling.name)
        memcpy(event.denied, ruling.name, strnlen(ruling.name, sizeof event.denied - 1));
    mxc_notices_add(&filter->notices, &event, now_ms);
}

static struct mxc_flow flow_of(const struct mxc_flow_key *key)
{
    return (struct mxc_flow){ .to = key->version == 6 ? mxc_address_v6(key->address)
                                                      : mxc_address_v4(key->address),
                              .protocol = (enum mxc_protocol)key->protocol,
                              .port = key->port };
}

static struct mxc_ruling ask(const struct mxc_filter *filter, const struct mxc_flow *flow,
                             uint64_t now_ms)
{
    struct mxc_live live = *filter->live;
    struct mxc_ruling ruling;

    live.now_ms = now_ms;
    ruling = mxc_rules_ask(filter->rules, &live, flow);
    return ruling;
}

/* ---- from the guest */

/* No kernel opens a connection to a group, or takes an error about what it sent to all. */
static enum mxc_verdict refuse(const struct mxc_packet *packet, struct mxc_filter_out *out)
{
    if (mxc_packet_is_broadcast(packet) ||
        (packet->kind == MXC_PACKET_TCP && mxc_packet_is_group(packet)))
        return MXC_FRAME_DROP;
    out->reply_size = packet->kind == MXC_PACKET_TCP ? mxc_reply_reset(packet, out->reply)
                                                     : mxc_reply_prohibited(packet, out->reply);
    return MXC_FRAME_REPLY;
}

/* How a flow came to be. */
struct manner {
    bool inbound, pinned;
};

/* A flow of this key begins; false at the bound. */
static bool begin(struct mxc_filter *filter, const struct mxc_flow_key *key, struct manner manner,
                  uint64_t now_ms)
{
    enum mxc_flow_state state = key->protocol == MXC_PROTO_TCP ? MXC_FLOW_HALF : MXC_FLOW_ASKED;
    struct mxc_flow_entry *flow;

    if (filter->crowded && key->protocol != MXC_PROTO_ICMP)
        return false;
    mxc_flows_remove(filter->flows, key);
    flow = mxc_flows_add(filter->flows, key, state, now_ms);
    if (!flow)
        return false;
    flow->inbound = manner.inbound;
    flow->pinned = manner.pinned;
    return true;
}

/* BOOTP, TFTP and DHCPv6 at the gateway: libslirp takes these for itself and never passes them on.
 * Nobody needs them, and so they are no way to its parsers. */
static bool is_for_libslirp(const struct mxc_packet *packet)
{
    static const uint16_t ports[] = { 67, 69, 547 };
    const uint8_t *gateway = packet->version == 6 ? MXC_GATEWAY_V6 : MXC_GATEWAY_V4;

    if (packet->kind != MXC_PACKET_UDP ||
        memcmp(packet->to, gateway, packet->version == 6 ? 16 : 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (packet->to_port == ports[i])
            return true;
    return false;
}

/* The first packet of a flow. */
static enum mxc_verdict out_first(struct mxc_filter *filter, const struct mxc_packet *packet,
                                  uint64_t now_ms, struct mxc_filter_out *out)
{
    const struct mxc_flow_key key = key_of(packet, true);
    const struct mxc_flow flow = flow_of(&key);
    struct mxc_ruling ruling = ask(filter, &flow, now_ms);

    if (is_for_libslirp(packet))
        ruling = (struct mxc_ruling){ .why = MXC_WHY_RESERVED, .rule = MXC_NO_RULE };
    if (ruling.allow && begin(filter, &key, (struct manner){ .pinned = ruling.pinned }, now_ms))
        return MXC_FRAME_PASS;
    if (ruling.allow)
        ruling = (struct mxc_ruling){ .why = MXC_WHY_LIMIT, .rule = MXC_NO_RULE };
    else
        mxc_flows_remove(filter->flows, &key);
    tell(filter, &flow, ruling, now_ms);
    return refuse(packet, out);
}

/* What a segment does to its flow; 'out': the guest sent it. */
static void follow_tcp(struct mxc_filter *filter, struct mxc_flow_entry *flow, uint8_t flags,
                       bool out)
{
    const uint8_t both = MXC_TCP_SYN | MXC_TCP_ACK;

    if (flags & MXC_TCP_FIN)
        *(out ? &flow->guest_fin : &flow->our_fin) = true;
    if (flags & MXC_TCP_RST || (flow->guest_fin && flow->our_fin))
        mxc_flows_change(filter->flows, flow, MXC_FLOW_CLOSED);
    else if (flow->state == MXC_FLOW_HALF && (flags & both) == both && flow->inbound == out)
        mxc_flows_change(filter->flows, flow, MXC_FLOW_OPEN);
}

static bool is_question(const struct mxc_packet *packet)
{
    return packet->to_port == DNS && is_resolver(packet);
}

static enum mxc_verdict out_stream(const struct mxc_packet *packet)
{
    uint16_t rest = packet->version == 4
                        ? mxc_sum_v4(packet->ip, MXC_IP_TCP, packet->data, packet->data_size)
                        : mxc_sum_v6(packet->ip, MXC_IP_TCP, packet->data, packet->data_size);

    return rest ? MXC_FRAME_DROP : MXC_FRAME_STREAM;
}

static enum mxc_verdict out_tcp(struct mxc_filter *filter, const struct mxc_packet *packet,
                                uint64_t now_ms, struct mxc_filter_out *out)
{
    const struct mxc_flow_key key = key_of(packet, true);
    struct mxc_flow_entry *flow = mxc_flows_find(filter->flows, &key, now_ms);
    uint8_t flags = packet->flags & (MXC_TCP_SYN | MXC_TCP_ACK | MXC_TCP_RST | MXC_TCP_FIN);
    bool again = flow && flow->state == MXC_FLOW_HALF && !flow->inbound;

    if (flags & MXC_TCP_SYN && flags & (MXC_TCP_RST | MXC_TCP_FIN))
        return MXC_FRAME_DROP;
    if (is_question(packet))
        return out_stream(packet);
    if (flags == MXC_TCP_SYN && !again)
        return out_first(filter, packet, now_ms, out);
    if (!flow)
        return flags & MXC_TCP_RST ? MXC_FRAME_DROP : refuse(packet, out);
    flow->last_ms = now_ms;
    follow_tcp(filter, flow, flags, true);
    return MXC_FRAME_PASS;
}

static enum mxc_verdict resolve(const struct mxc_packet *packet, struct mxc_filter_out *out)
{
    const uint8_t *sum = packet->data + 6;
    bool none = packet->version == 4 && !mxc_get16(sum);
    uint16_t rest = packet->version == 4
                        ? mxc_sum_v4(packet->ip, MXC_IP_UDP, packet->data, packet->data_size)
                        : mxc_sum_v6(packet->ip, MXC_IP_UDP, packet->data, packet->data_size);

    if (!none && (rest != 0 || !mxc_get16(sum)))
        return MXC_FRAME_DROP;
    out->asker = (struct mxc_asker){ .version = packet->version, .port = packet->from_port };
    memcpy(out->asker.ether, packet->ether, 6);
    out->query = packet->data + MXC_UDP_SIZE;
    out->query_size = packet->data_size - MXC_UDP_SIZE;
    return MXC_FRAME_RESOLVE;
}

static enum mxc_verdict out_datagram(struct mxc_filter *filter, const struct mxc_packet *packet,
                                     uint64_t now_ms, struct mxc_filter_out *out)
{
    const struct mxc_flow_key key = key_of(packet, true);
    struct mxc_flow_entry *flow;

    if (packet->kind == MXC_PACKET_UDP && is_question(packet))
        return resolve(packet, out);
    flow = mxc_flows_find(filter->flows, &key, now_ms);
    if (!flow)
        return out_first(filter, packet, now_ms, out);
    flow->last_ms = now_ms;
    return MXC_FRAME_PASS;
}

/* The guest asks for neighbours, says who it is, or looks whether its address is free. */
static bool is_good_arp(const struct mxc_filter *filter, const struct mxc_packet *packet)
{
    static const uint8_t none[4] = { 0 };
    uint16_t what = mxc_get16(packet->ip + 6);

    return (what == 1 || what == 2) && memcmp(packet->ip + 8, filter->guest_mac, 6) == 0 &&
           (is_guest(4, packet->from) || (what == 1 && memcmp(packet->from, none, 4) == 0));
}

/* Router solicitations (133), and neighbour solicitations (135) and advertisements (136), from the
 * guest's address, one of its link, or none. */
static bool is_good_ndp(const struct mxc_packet *packet)
{
    static const uint8_t none[16] = { 0 }, link[16] = { 0xfe, 0x80 };

    return (packet->type == 133 || packet->type == 135 || packet->type == 136) &&
           (is_guest(6, packet->from) || memcmp(packet->from, none, 16) == 0 ||
            mxc_address_shares(packet->from, link, 64));
}

/* Whoever is looked for beside the gateway and the resolver is found at the gateway, so that what
 * is sent to him can be refused. */
static enum mxc_verdict meet(const struct mxc_packet *packet, struct mxc_filter_out *out)
{
    out->reply_size = mxc_reply_neighbour(packet, out->reply);
    return out->reply_size ? MXC_FRAME_REPLY : MXC_FRAME_PASS;
}

enum mxc_verdict mxc_filter_out(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                                uint64_t now_ms, struct mxc_filter_out *out)
{
    struct mxc_packet packet;
    bool to_us;

    mxc_packet_read(frame, size, &packet);
    if (packet.kind == MXC_PACKET_OTHER || memcmp(frame + 6, filter->guest_mac, 6) != 0)
        return MXC_FRAME_DROP;
    to_us = is_our_mac(frame, packet.version) || mxc_packet_is_group(&packet);
    if (packet.kind == MXC_PACKET_ARP)
        return is_good_arp(filter, &packet) ? meet(&packet, out) : MXC_FRAME_DROP;
    if (packet.kind == MXC_PACKET_NDP)
        return is_good_ndp(&packet) ? meet(&packet, out) : MXC_FRAME_DROP;
    if (!to_us || !is_guest(packet.version, packet.from))
        return MXC_FRAME_DROP;
    switch (packet.kind) {
    case MXC_PACKET_TCP:
        return out_tcp(filter, &packet, now_ms, out);
    case MXC_PACKET_UDP:
    case MXC_PACKET_ECHO:
        return out_datagram(filter, &packet, now_ms, out);
    default:
        return MXC_FRAME_DROP;
    }
}

/* ---- to the guest */

/* Does the packet begin something at a published port? */
static bool is_published(const struct mxc_filter *filter, const struct mxc_packet *packet)
{
    const uint8_t begins = MXC_TCP_SYN, all = MXC_TCP_SYN | MXC_TCP_ACK | MXC_TCP_RST | MXC_TCP_FIN;

    if (packet->kind != MXC_PACKET_TCP || (packet->flags & all) != begins)
        return false;
    for (size_t i = 0; i < filter->published_count; i++)
        if (filter->published[i] == packet->to_port)
            return true;
    return false;
}

static enum mxc_verdict in_first(struct mxc_filter *filter, const struct mxc_packet *packet,
                                 uint64_t now_ms)
{
    const struct mxc_flow_key key = key_of(packet, false);
    struct mxc_flow flow = flow_of(&key);

    if (!is_published(filter, packet))
        return MXC_FRAME_DROP;
    if (begin(filter, &key, (struct manner){ .inbound = true }, now_ms))
        return MXC_FRAME_PASS;
    flow.port = packet->to_port;
    tell(filter, &flow, (struct mxc_ruling){ .why = MXC_WHY_LIMIT, .rule = MXC_NO_RULE }, now_ms);
    return MXC_FRAME_DROP;
}

static enum mxc_verdict in_flow(struct mxc_filter *filter, const struct mxc_packet *packet,
                                uint64_t now_ms)
{
    const struct mxc_flow_key key = key_of(packet, false);
    struct mxc_flow_entry *flow = mxc_flows_find(filter->flows, &key, now_ms);

    if (!flow || (flow->state == MXC_FLOW_CLOSED && packet->kind == MXC_PACKET_TCP &&
                  packet->flags & MXC_TCP_SYN))
        return in_first(filter, packet, now_ms);
    flow->last_ms = now_ms;
    if (packet->kind == MXC_PACKET_TCP)
        follow_tcp(filter, flow, packet->flags, false);
    else if (packet->kind == MXC_PACKET_UDP)
        mxc_flows_change(filter->flows, flow, MXC_FLOW_SPOKEN);
    return MXC_FRAME_PASS;
}

/* An error that is about a flow of the guest. */
static enum mxc_verdict in_error(struct mxc_filter *filter, const struct mxc_packet *packet,
                                 uint64_t now_ms)
{
    struct mxc_packet quoted;
    struct mxc_flow_key key;

    if (!mxc_packet_quoted(packet, &quoted) || !is_guest(quoted.version, quoted.from))
        return MXC_FRAME_DROP;
    key = key_of(&quoted, true);
    return mxc_flows_find(filter->flows, &key, now_ms) ? MXC_FRAME_PASS : MXC_FRAME_DROP;
}

enum mxc_verdict mxc_filter_in(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                               uint64_t now_ms)
{
    struct mxc_packet packet;

    mxc_packet_read(frame, size, &packet);
    switch (packet.kind) {
    case MXC_PACKET_ARP:
        return MXC_FRAME_PASS;
    case MXC_PACKET_NDP: /* no prefix: the guest would take addresses that it may not use */
        return packet.type == 135 || packet.type == 136 ? MXC_FRAME_PASS : MXC_FRAME_DROP;
    case MXC_PACKET_TCP:
    case MXC_PACKET_UDP:
    case MXC_PACKET_ECHO_REPLY:
        return is_guest(packet.version, packet.to) ? in_flow(filter, &packet, now_ms)
                                                   : MXC_FRAME_DROP;
    case MXC_PACKET_ICMP_ERROR:
        return is_guest(packet.version, packet.to) ? in_error(filter, &packet, now_ms)
                                                   : MXC_FRAME_DROP;
    default:
        return MXC_FRAME_DROP;
    }
}

/* ---- the rest */

enum mxc_verdict mxc_filter_unable(struct mxc_filter *filter, const uint8_t *frame, size_t size,
                                   uint64_t now_ms, struct mxc_filter_out *out)
{
    const struct mxc_ruling ruling = { .why = MXC_WHY_HOST, .rule = MXC_NO_RULE };
    struct mxc_packet packet;
    struct mxc_flow_key key;
    struct mxc_flow flow;

    mxc_packet_read(frame, size, &packet);
    if (packet.kind == MXC_PACKET_OTHER)
        return MXC_FRAME_DROP;
    key = key_of(&packet, true);
    flow = flow_of(&key);
    mxc_flows_remove(filter->flows, &key);
    tell(filter, &flow, ruling, now_ms);
    return refuse(&packet, out);
}

void mxc_filter_crowd(struct mxc_filter *filter, bool crowded)
{
    filter->crowded = crowded;
}

size_t mxc_filter_answer(const struct mxc_filter *filter, const struct mxc_asker *asker,
                         const uint8_t *bytes, size_t size, uint8_t *frame, size_t room)
{
    bool v6 = asker->version == 6;
    struct mxc_datagram head = { .version = asker->version,
                                 .from = v6 ? MXC_RESOLVER_V6 : MXC_RESOLVER_V4,
                                 .to = v6 ? MXC_GUEST_V6 : MXC_GUEST_V4,
                                 .from_port = DNS,
                                 .to_port = asker->port };

    memcpy(head.ether_from, asker->ether, 6);
    memcpy(head.ether_to, filter->guest_mac, 6);
    return mxc_reply_udp(&head, bytes, size, frame, room);
}

struct recheck {
    struct mxc_filter *filter;
    bool same_rules;
    uint64_t now_ms;
};

static bool ends_now(void *context, const struct mxc_flow_entry *entry)
{
    const struct recheck *recheck = context;
    const struct mxc_flow flow = flow_of(&entry->key);
    struct mxc_ruling ruling;

    if (entry->inbound)
        return false;
    ruling = ask(recheck->filter, &flow, recheck->now_ms);
    if (ruling.allow || (entry->pinned && recheck->same_rules && ruling.why == MXC_WHY_DEFAULT))
        return false;
    tell(recheck->filter, &flow, ruling, recheck->now_ms);
    return true;
}

void mxc_filter_recheck(struct mxc_filter *filter, const struct mxc_ruleset *rules, uint64_t now_ms)
{
    struct recheck recheck = { filter, !rules, now_ms };

    if (rules)
        filter->rules = rules;
    mxc_flows_sweep(filter->flows, ends_now, &recheck);
}
