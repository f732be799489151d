/* SPDX-License-Identifier: MIT */
/* Frames, from outside inwards. Each step returns false when what it looks at is not as it should
 * be. */
#include "net/packet.h"

#include <string.h>

#include "net/wire.h"

#define LEAST_FRAME 60

static bool read_arp(struct mxc_packet *out, size_t left)
{
    static const uint8_t ethernet_v4[6] = { 0, 1, 8, 0, 6, 4 };

    out->ip_size = MXC_ARP_SIZE;
    if (left < MXC_ARP_SIZE || memcmp(out->ip, ethernet_v4, sizeof ethernet_v4) != 0)
        return false;
    out->kind = MXC_PACKET_ARP;
    out->from = out->ip + 14;
    out->to = out->ip + 24;
    return true;
}

static bool read_tcp(struct mxc_packet *out)
{
    size_t header;

    if (out->data_size < MXC_TCP_SIZE)
        return false;
    header = (size_t)(out->data[12] >> 4) * 4;
    if (header < MXC_TCP_SIZE || header > out->data_size)
        return false;
    out->flags = out->data[13];
    out->kind = MXC_PACKET_TCP;
    return true;
}

static bool read_udp(struct mxc_packet *out)
{
    if (out->data_size < MXC_UDP_SIZE || mxc_get16(out->data + 4) != out->data_size)
        return false;
    out->kind = MXC_PACKET_UDP;
    return true;
}

static bool read_ports(struct mxc_packet *out, uint8_t protocol)
{
    if (!(protocol == MXC_IP_TCP ? read_tcp(out) : read_udp(out)))
        return false;
    out->from_port = mxc_get16(out->data);
    out->to_port = mxc_get16(out->data + 2);
    return out->from_port && out->to_port;
}

/* Types of ICMP for each version that mean something here. */
static const struct icmp_type {
    uint8_t version, first, last;
    enum mxc_packet_kind kind;
} icmp_types[] = {
    { 4, 8, 8, MXC_PACKET_ECHO },       { 4, 0, 0, MXC_PACKET_ECHO_REPLY },
    { 4, 3, 3, MXC_PACKET_ICMP_ERROR }, { 4, 11, 12, MXC_PACKET_ICMP_ERROR },
    { 6, 128, 128, MXC_PACKET_ECHO },   { 6, 129, 129, MXC_PACKET_ECHO_REPLY },
    { 6, 1, 4, MXC_PACKET_ICMP_ERROR }, { 6, 133, 137, MXC_PACKET_NDP },
};

static bool read_icmp(struct mxc_packet *out)
{
    if (out->data_size < MXC_ICMP_SIZE)
        return false;
    out->type = out->data[0];
    out->code = out->data[1];
    for (size_t i = 0; i < sizeof icmp_types / sizeof *icmp_types; i++)
        if (icmp_types[i].version == out->version && out->type >= icmp_types[i].first &&
            out->type <= icmp_types[i].last)
            out->kind = icmp_types[i].kind;
    if (out->kind == MXC_PACKET_ECHO || out->kind == MXC_PACKET_ECHO_REPLY)
        out->from_port = out->to_port = mxc_get16(out->data + 4);
    if (out->kind == MXC_PACKET_NDP)
        return out->code == 0 && out->ip[7] == 255 &&
               mxc_sum_v6(out->ip, MXC_IP_ICMP6, out->data, out->data_size) == 0;
    return out->kind == MXC_PACKET_ICMP_ERROR || out->code == 0;
}

static bool read_protocol(struct mxc_packet *out, uint8_t protocol)
{
    if (protocol == MXC_IP_TCP || protocol == MXC_IP_UDP)
        return read_ports(out, protocol);
    return protocol == (out->version == 4 ? MXC_IP_ICMP : MXC_IP_ICMP6) && read_icmp(out);
}

/* The padding of a short frame, and nothing else, may follow a packet. */
static bool fits(size_t packet, size_t left)
{
    return packet == left || (packet < left && left <= LEAST_FRAME - MXC_ETHER_SIZE);
}

static bool read_v4(struct mxc_packet *out, size_t left)
{
    enum { FRAGMENT = 0xbfff }; /* all but "do not fragment" */
    const uint8_t *ip = out->ip;

    if (left < MXC_V4_SIZE || ip[0] != 0x45)
        return false;
    out->version = 4;
    out->ip_size = mxc_get16(ip + 2);
    if (out->ip_size < MXC_V4_SIZE || !fits(out->ip_size, left) || mxc_get16(ip + 6) & FRAGMENT ||
        !ip[8] || mxc_sum_fold(mxc_sum(0, ip, MXC_V4_SIZE)) != 0)
        return false;
    out->from = ip + 12;
    out->to = ip + 16;
    out->data = ip + MXC_V4_SIZE;
    out->data_size = out->ip_size - MXC_V4_SIZE;
    return read_protocol(out, ip[9]);
}

/* IPv4 in the clothes of IPv6 is in no network; whoever sends to it would reach what IPv4 calls by
 * that address. */
static bool is_mapped(const uint8_t *address)
{
    static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

    return memcmp(address, prefix, sizeof prefix) == 0;
}

static bool read_v6(struct mxc_packet *out, size_t left)
{
    const uint8_t *ip = out->ip;

    if (left < MXC_V6_SIZE || ip[0] >> 4 != 6)
        return false;
    out->version = 6;
    out->ip_size = MXC_V6_SIZE + (size_t)mxc_get16(ip + 4);
    if (!fits(out->ip_size, left) || !ip[7])
        return false;
    out->from = ip + 8;
    out->to = ip + 24;
    out->data = ip + MXC_V6_SIZE;
    out->data_size = out->ip_size - MXC_V6_SIZE;
    return !is_mapped(out->from) && !is_mapped(out->to) && read_protocol(out, ip[6]);
}

static bool read_ether(const uint8_t *frame, size_t size, struct mxc_packet *out)
{
    size_t left = size - MXC_ETHER_SIZE;

    out->ether = frame;
    out->ip = frame + MXC_ETHER_SIZE;
    switch (mxc_get16(frame + 12)) {
    case MXC_ETHER_V4:
        return read_v4(out, left);
    case MXC_ETHER_V6:
        return read_v6(out, left);
    case MXC_ETHER_ARP:
        return read_arp(out, left);
    default:
        return false;
    }
}

void mxc_packet_read(const uint8_t *frame, size_t size, struct mxc_packet *out)
{
    *out = (struct mxc_packet){ .kind = MXC_PACKET_OTHER };
    if (size < MXC_ETHER_SIZE || !read_ether(frame, size, out))
        out->kind = MXC_PACKET_OTHER;
}

bool mxc_packet_quoted(const struct mxc_packet *error, struct mxc_packet *out)
{
    const uint8_t *ip = error->data + MXC_ICMP_SIZE;
    size_t left = error->data_size - MXC_ICMP_SIZE;
    size_t header = error->version == 4 ? MXC_V4_SIZE : MXC_V6_SIZE;
    uint8_t protocol;

    if (left < header + 8 || ip[0] >> 4 != error->version ||
        (error->version == 4 && (ip[0] & 15) != 5))
        return false;
    *out = (struct mxc_packet){ .version = error->version, .ip = ip, .ip_size = left };
    protocol = error->version == 4 ? ip[9] : ip[6];
    out->from = error->version == 4 ? ip + 12 : ip + 8;
    out->to = error->version == 4 ? ip + 16 : ip + 24;
    out->data = ip + header;
    out->data_size = left - header;
    if (protocol == MXC_IP_TCP || protocol == MXC_IP_UDP) {
        out->kind = protocol == MXC_IP_TCP ? MXC_PACKET_TCP : MXC_PACKET_UDP;
        out->from_port = mxc_get16(out->data);
        out->to_port = mxc_get16(out->data + 2);
        return true;
    }
    return protocol == (out->version == 4 ? MXC_IP_ICMP : MXC_IP_ICMP6) && read_icmp(out) &&
           out->kind == MXC_PACKET_ECHO;
}

bool mxc_packet_is_broadcast(const struct mxc_packet *packet)
{
    static const uint8_t all[4] = { 255, 255, 255, 255 }, net[4] = { 10, 0, 2, 255 };

    return packet->version == 4 &&
           (memcmp(packet->to, all, 4) == 0 || memcmp(packet->to, net, 4) == 0);
}

bool mxc_packet_is_group(const struct mxc_packet *packet)
{
    if (packet->version == 6)
        return packet->to[0] == 0xff;
    return (packet->to[0] & 0xf0) == 0xe0 || mxc_packet_is_broadcast(packet);
}
