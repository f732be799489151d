/* SPDX-License-Identifier: MIT */
/* Headers around what we say. */
#include "net/reply.h"

#include <string.h>

#include "net/closed.h"
#include "net/wire.h"

#define HOP_LIMIT 64

static const uint8_t gateway_mac4[6] = MXC_NET_MAC4(2), gateway_mac6[6] = MXC_NET_MAC6(2);

/* Ethernet and IP headers; returns where the rest begins. */
static uint8_t *put_headers(const struct mxc_datagram *head, uint8_t protocol, size_t size,
                            uint8_t *out)
{
    uint8_t *ip = out + MXC_ETHER_SIZE;

    memcpy(out, head->ether_to, 6);
    memcpy(out + 6, head->ether_from, 6);
    mxc_put16(out + 12, head->version == 4 ? MXC_ETHER_V4 : MXC_ETHER_V6);
    if (head->version == 6) {
        mxc_put32(ip, 6U << 28);
        mxc_put16(ip + 4, (uint32_t)size);
        ip[6] = protocol;
        ip[7] = HOP_LIMIT;
        memcpy(ip + 8, head->from, 16);
        memcpy(ip + 24, head->to, 16);
        return ip + MXC_V6_SIZE;
    }
    memset(ip, 0, MXC_V4_SIZE);
    ip[0] = 0x45;
    mxc_put16(ip + 2, (uint32_t)(MXC_V4_SIZE + size));
    mxc_put16(ip + 6, 0x4000); /* do not fragment: so it needs no identifier */
    ip[8] = HOP_LIMIT;
    ip[9] = protocol;
    memcpy(ip + 12, head->from, 4);
    memcpy(ip + 16, head->to, 4);
    mxc_put16(ip + 10, mxc_sum_fold(mxc_sum(0, ip, MXC_V4_SIZE)));
    return ip + MXC_V4_SIZE;
}

/* The checksum over 'size' bytes after the IP header; its field, at 'field', is zero. */
static void put_sum(const uint8_t *frame, uint8_t protocol, uint8_t *field, size_t size)
{
    const uint8_t *ip = frame + MXC_ETHER_SIZE;
    bool v4 = ip[0] >> 4 == 4;
    const uint8_t *bytes = ip + (v4 ? MXC_V4_SIZE : MXC_V6_SIZE);
    uint16_t sum =
        v4 ? mxc_sum_v4(ip, protocol, bytes, size) : mxc_sum_v6(ip, protocol, bytes, size);

    /* For UDP zero means "none". */
    mxc_put16(field, protocol == MXC_IP_UDP && !sum ? 0xffff : sum);
}

static struct mxc_datagram back(const struct mxc_packet *packet)
{
    struct mxc_datagram head = { .version = packet->version,
                                 .from = packet->to,
                                 .to = packet->from };

    memcpy(head.ether_from, packet->ether, 6);
    memcpy(head.ether_to, packet->ether + 6, 6);
    return head;
}

static size_t ip_header(const struct mxc_packet *packet)
{
    return packet->version == 4 ? MXC_V4_SIZE : MXC_V6_SIZE;
}

size_t mxc_reply_reset(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM])
{
    const struct mxc_datagram head = back(packet);
    uint8_t *tcp = put_headers(&head, MXC_IP_TCP, MXC_TCP_SIZE, out);
    size_t length = packet->data_size - (size_t)(packet->data[12] >> 4) * 4;

    memset(tcp, 0, MXC_TCP_SIZE);
    mxc_put16(tcp, packet->to_port);
    mxc_put16(tcp + 2, packet->from_port);
    tcp[12] = MXC_TCP_SIZE / 4 << 4;
    tcp[13] = MXC_TCP_RST;
    if (packet->flags & MXC_TCP_ACK) {
        memcpy(tcp + 4, packet->data + 8, 4);
    } else { /* RFC 9293, 3.10.7.1 */
        length += !!(packet->flags & MXC_TCP_SYN) + !!(packet->flags & MXC_TCP_FIN);
        mxc_put32(tcp + 8, mxc_get32(packet->data + 4) + (uint32_t)length);
        tcp[13] |= MXC_TCP_ACK;
    }
    put_sum(out, MXC_IP_TCP, tcp + 16, MXC_TCP_SIZE);
    return MXC_ETHER_SIZE + ip_header(packet) + MXC_TCP_SIZE;
}

size_t mxc_reply_prohibited(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM])
{
    bool v4 = packet->version == 4;
    size_t room = (v4 ? 576 : 1280) - ip_header(packet) - MXC_ICMP_SIZE;
    size_t quoted = packet->ip_size < room ? packet->ip_size : room;
    uint8_t protocol = v4 ? MXC_IP_ICMP : MXC_IP_ICMP6, *icmp;
    struct mxc_datagram head = back(packet);

    head.from = v4 ? MXC_GATEWAY_V4 : MXC_GATEWAY_V6;
    memcpy(head.ether_from, v4 ? gateway_mac4 : gateway_mac6, 6);
    icmp = put_headers(&head, protocol, MXC_ICMP_SIZE + quoted, out);
    memset(icmp, 0, MXC_ICMP_SIZE);
    icmp[0] = v4 ? 3 : 1;
    icmp[1] = v4 ? 13 : 1;
    memcpy(icmp + MXC_ICMP_SIZE, packet->ip, quoted);
    put_sum(out, protocol, icmp + 2, MXC_ICMP_SIZE + quoted);
    return MXC_ETHER_SIZE + ip_header(packet) + MXC_ICMP_SIZE + quoted;
}

/* ---- neighbours */

static bool is_any(const uint8_t *address, const uint8_t *const *others, size_t size)
{
    for (; *others; others++)
        if (memcmp(address, *others, size) == 0)
            return true;
    return false;
}

static size_t answer_arp(const struct mxc_packet *packet, uint8_t *out)
{
    const uint8_t *const somebody[] = { MXC_GUEST_V4, MXC_GATEWAY_V4, MXC_RESOLVER_V4, NULL };
    uint8_t *arp = out + MXC_ETHER_SIZE;

    if (mxc_get16(packet->ip + 6) != 1 || memcmp(packet->from, MXC_GUEST_V4, 4) != 0 ||
        is_any(packet->to, somebody, 4))
        return 0;
    memcpy(out, packet->ether + 6, 6);
    memcpy(out + 6, gateway_mac4, 6);
    mxc_put16(out + 12, MXC_ETHER_ARP);
    memcpy(arp, packet->ip, 6);
    mxc_put16(arp + 6, 2);
    memcpy(arp + 8, gateway_mac4, 6);
    memcpy(arp + 14, packet->to, 4);
    memcpy(arp + 18, packet->ip + 8, 10); /* who asked */
    return MXC_ETHER_SIZE + MXC_ARP_SIZE;
}

static size_t answer_solicitation(const struct mxc_packet *packet, uint8_t *out)
{
    enum { SOLICITATION = 135, ADVERTISEMENT = 136, SOLICITED = 0x40, SIZE = 24, OPTION = 8 };
    const uint8_t *const somebody[] = { MXC_GUEST_V6, MXC_GATEWAY_V6, MXC_RESOLVER_V6, NULL };
    const uint8_t *target = packet->data + MXC_ICMP_SIZE;
    struct mxc_datagram head = back(packet);
    uint8_t *icmp;

    if (packet->type != SOLICITATION || packet->data_size < SIZE || target[0] == 0xff ||
        memcmp(packet->from, MXC_GUEST_V6, 16) != 0 || is_any(target, somebody, 16))
        return 0;
    head.from = target;
    memcpy(head.ether_from, gateway_mac6, 6);
    icmp = put_headers(&head, MXC_IP_ICMP6, SIZE + OPTION, out);
    out[MXC_ETHER_SIZE + 7] = 255;
    memset(icmp, 0, SIZE + OPTION);
    icmp[0] = ADVERTISEMENT;
    icmp[4] = SOLICITED;
    memcpy(icmp + MXC_ICMP_SIZE, target, 16);
    icmp[SIZE] = 2; /* the link-layer address of the target, in units of eight bytes */
    icmp[SIZE + 1] = 1;
    memcpy(icmp + SIZE + 2, gateway_mac6, 6);
    put_sum(out, MXC_IP_ICMP6, icmp + 2, SIZE + OPTION);
    return MXC_ETHER_SIZE + MXC_V6_SIZE + SIZE + OPTION;
}

size_t mxc_reply_neighbour(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM])
{
    return packet->kind == MXC_PACKET_ARP ? answer_arp(packet, out)
                                          : answer_solicitation(packet, out);
}

/* ---- data */

size_t mxc_reply_udp(const struct mxc_datagram *datagram, const uint8_t *bytes, size_t size,
                     uint8_t *out, size_t room)
{
    size_t header = datagram->version == 4 ? MXC_V4_SIZE : MXC_V6_SIZE;
    uint8_t *udp;

    if (size > 65535 - MXC_V4_SIZE - MXC_UDP_SIZE ||
        MXC_ETHER_SIZE + header + MXC_UDP_SIZE + size > room)
        return 0;
    udp = put_headers(datagram, MXC_IP_UDP, MXC_UDP_SIZE + size, out);
    mxc_put16(udp, datagram->from_port);
    mxc_put16(udp + 2, datagram->to_port);
    mxc_put16(udp + 4, (uint32_t)(MXC_UDP_SIZE + size));
    mxc_put16(udp + 6, 0);
    if (size)
        memcpy(udp + MXC_UDP_SIZE, bytes, size);
    put_sum(out, MXC_IP_UDP, udp + 6, MXC_UDP_SIZE + size);
    return MXC_ETHER_SIZE + header + MXC_UDP_SIZE + size;
}

size_t mxc_reply_icmp(const struct mxc_datagram *ends, const uint8_t *message, size_t size,
                      uint8_t *out, size_t room)
{
    bool v4 = ends->version == 4;
    size_t header = v4 ? MXC_V4_SIZE : MXC_V6_SIZE;
    uint8_t protocol = v4 ? MXC_IP_ICMP : MXC_IP_ICMP6, *icmp;

    if (size < MXC_ICMP_SIZE || size > 65535 - MXC_V4_SIZE || MXC_ETHER_SIZE + header + size > room)
        return 0;
    icmp = put_headers(ends, protocol, size, out);
    memcpy(icmp, message, size);
    mxc_put16(icmp + 2, 0);
    put_sum(out, protocol, icmp + 2, size);
    return MXC_ETHER_SIZE + header + size;
}

size_t mxc_reply_tcp(const struct mxc_datagram *ends, const struct mxc_segment *segment,
                     const struct mxc_reply_bytes *bytes, uint8_t *out, size_t room)
{
    size_t header = ends->version == 4 ? MXC_V4_SIZE : MXC_V6_SIZE;
    size_t size = MXC_TCP_SIZE + bytes->size;
    uint8_t *tcp;

    if (size > 65535 - MXC_V4_SIZE || MXC_ETHER_SIZE + header + size > room)
        return 0;
    tcp = put_headers(ends, MXC_IP_TCP, size, out);
    memset(tcp, 0, MXC_TCP_SIZE);
    mxc_put16(tcp, ends->from_port);
    mxc_put16(tcp + 2, ends->to_port);
    mxc_put32(tcp + 4, segment->seq);
    mxc_put32(tcp + 8, segment->ack);
    tcp[12] = MXC_TCP_SIZE / 4 << 4;
    tcp[13] = segment->flags;
    mxc_put16(tcp + 14, segment->window);
    if (bytes->size)
        memcpy(tcp + MXC_TCP_SIZE, bytes->data, bytes->size);
    put_sum(out, MXC_IP_TCP, tcp + 16, size);
    return MXC_ETHER_SIZE + header + size;
}
