/* SPDX-License-Identifier: MIT */
/* Frames by hand. */
#include "net_frames.h"

#include <stdlib.h>
#include <string.h>

#include "policy/cidr.h"

const uint8_t frame_guest_mac[6] = { 0x02, 1, 2, 3, 4, 5 };

static const uint8_t guest_v6[16] = { 0xfd, [14] = 1 };

static void put(uint8_t *at, uint64_t value, size_t size)
{
    while (size--) {
        at[size] = (uint8_t)value;
        value >>= 8;
    }
}

static unsigned get(const uint8_t *at)
{
    return at[0] * 256U + at[1];
}

/* The sum of 16-bit words, kept in 16 bits all the time. */
static unsigned sum(unsigned so_far, const uint8_t *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        so_far += i % 2 ? at[i] : at[i] * 256U;
        so_far = so_far % 65536 + so_far / 65536;
    }
    return so_far;
}

static size_t header_size(const uint8_t *ip)
{
    return ip[0] / 16 == 4 ? 20 : 40;
}

static uint8_t protocol_of(const uint8_t *ip)
{
    return ip[0] / 16 == 4 ? ip[9] : ip[6];
}

/* The sum over the packet's data, pseudo header included; 65535 when the checksum is right. */
static unsigned data_sum(const uint8_t *ip, size_t size)
{
    uint8_t protocol = protocol_of(ip);
    size_t header = header_size(ip);
    unsigned so_far = 0;

    if (header == 40)
        so_far = sum(sum(0, ip + 8, 32), (uint8_t[]){ 0, protocol }, 2);
    else if (protocol != 1)
        so_far = sum(sum(0, ip + 12, 8), (uint8_t[]){ 0, protocol }, 2);
    if (header == 40 || protocol != 1)
        so_far = sum(so_far,
                     (uint8_t[]){ (uint8_t)((size - header) / 256), (uint8_t)(size - header) }, 2);
    return sum(so_far, ip + header, size - header);
}

static size_t sum_field(uint8_t protocol)
{
    return protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
}

void frame_mend(struct frame *frame)
{
    uint8_t *ip = frame->bytes + 14;
    size_t size = frame->size - 14, header = header_size(ip);
    uint8_t *field = ip + header + sum_field(protocol_of(ip));

    if (header == 20) {
        put(ip + 10, 0, 2);
        put(ip + 10, 65535 - sum(0, ip, 20), 2);
    }
    if (size < header + 8)
        return;
    put(field, 0, 2);
    put(field, 65535 - data_sum(ip, size), 2);
}

static size_t put_data(const struct frame_spec *spec, bool v6, uint8_t *at)
{
    uint16_t from = spec->to_guest ? spec->port : spec->guest_port;
    uint16_t to = spec->to_guest ? spec->guest_port : spec->port;
    size_t header = spec->protocol == 6 ? 20 : 8;

    if (spec->protocol == 1) {
        at[0] = v6 ? (spec->to_guest ? 129 : 128) : (spec->to_guest ? 0 : 8);
        put(at + 4, spec->guest_port, 2);
        return header + spec->payload;
    }
    put(at, from, 2);
    put(at + 2, to, 2);
    if (spec->protocol == 17) {
        put(at + 4, header + spec->payload, 2);
        return header + spec->payload;
    }
    put(at + 4, spec->sequence, 4);
    put(at + 8, spec->acknowledged, 4);
    at[12] = 0x50;
    at[13] = spec->flags;
    put(at + 14, 1000, 2);
    return header + spec->payload;
}

static void put_ip(const struct frame_spec *spec, const struct mxc_cidr *peer, size_t data,
                   uint8_t *ip)
{
    static const uint8_t guest_v4[4] = { 10, 0, 2, 100 };

    if (peer->family == 6) {
        ip[0] = 0x60;
        put(ip + 4, data, 2);
        ip[6] = spec->protocol == 1 ? 58 : spec->protocol;
        ip[7] = 64;
        memcpy(ip + (spec->to_guest ? 24 : 8), guest_v6, 16);
        memcpy(ip + (spec->to_guest ? 8 : 24), peer->address, 16);
        return;
    }
    ip[0] = 0x45;
    put(ip + 2, 20 + data, 2);
    ip[8] = 64;
    ip[9] = spec->protocol;
    memcpy(ip + (spec->to_guest ? 16 : 12), guest_v4, 4);
    memcpy(ip + (spec->to_guest ? 12 : 16), peer->address, 4);
}

void frame_make(const struct frame_spec *spec, struct frame *out)
{
    static const uint8_t ours[2][6] = { { 0x52, 0x55, 10, 0, 2, 2 }, { 0x52, 0x56, 0, 0, 0, 2 } };
    struct mxc_cidr peer;
    size_t header, data;
    bool v6;

    if (mxc_cidr_parse(spec->peer, &peer) != MXC_CIDR_OK || spec->payload > FRAME_ROOM - 100)
        abort();
    v6 = peer.family == 6;
    header = v6 ? 40 : 20;
    memset(out, 0, sizeof *out);
    memcpy(out->bytes + (spec->to_guest ? 6 : 0), ours[v6], 6);
    memcpy(out->bytes + (spec->to_guest ? 0 : 6), frame_guest_mac, 6);
    put(out->bytes + 12, v6 ? 0x86dd : 0x0800, 2);
    data = put_data(spec, v6, out->bytes + 14 + header);
    put_ip(spec, &peer, data, out->bytes + 14);
    out->size = 14 + header + data;
    frame_mend(out);
}

static const char *fault_of_data(const uint8_t *ip, size_t size)
{
    uint8_t protocol = protocol_of(ip);
    const uint8_t *data = ip + header_size(ip);
    size_t left = size - header_size(ip);

    if (protocol != 6 && protocol != 17 && protocol != (ip[0] / 16 == 4 ? 1 : 58))
        return "protocol";
    if (left < (protocol == 6 ? 20 : 8))
        return "no room for a header";
    if (protocol == 17 && get(data + 4) != left)
        return "length of UDP";
    if (protocol == 17 && !get(data + 6))
        return "no checksum";
    return data_sum(ip, size) == 65535 ? NULL : "checksum";
}

static const char *fault_of_arp(const uint8_t *arp, size_t size)
{
    static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 2 }, guest_v4[4] = { 10, 0, 2, 100 };

    if (size != 28 || memcmp(arp, head, 8) != 0 || arp[8] & 1)
        return "no answer of ARP";
    return memcmp(arp + 18, frame_guest_mac, 6) || memcmp(arp + 24, guest_v4, 4)
               ? "not to the guest"
               : NULL;
}

const char *frame_fault(const uint8_t *bytes, size_t size)
{
    static const uint8_t guest_v4[4] = { 10, 0, 2, 100 };
    const uint8_t *ip = bytes + 14;
    size_t left = size - 14;

    if (size < 14 + 20 || memcmp(bytes, frame_guest_mac, 6) != 0 || bytes[6] & 1)
        return "ethernet";
    if (get(bytes + 12) == 0x0806)
        return fault_of_arp(ip, left);
    if (get(bytes + 12) == 0x86dd) {
        if (left < 40 || ip[0] / 16 != 6 || get(ip + 4) != left - 40 || !ip[7])
            return "header of IPv6";
        return memcmp(ip + 24, guest_v6, 16) ? "not to the guest" : fault_of_data(ip, left);
    }
    if (get(bytes + 12) != 0x0800 || ip[0] != 0x45 || get(ip + 2) != left || !ip[8] ||
        sum(0, ip, 20) != 65535)
        return "header of IPv4";
    return memcmp(ip + 16, guest_v4, 4) ? "not to the guest" : fault_of_data(ip, left);
}

void frame_arp(struct frame *out)
{
    static const uint8_t packet[28] = { 0,  1, 8, 0,   6, 4, 0, 1, 2, 1, 2,  3, 4, 5,
                                        10, 0, 2, 100, 0, 0, 0, 0, 0, 0, 10, 0, 2, 2 };

    memset(out, 0, sizeof *out);
    memset(out->bytes, 0xff, 6);
    memcpy(out->bytes + 6, frame_guest_mac, 6);
    put(out->bytes + 12, 0x0806, 2);
    memcpy(out->bytes + 14, packet, sizeof packet);
    out->size = 14 + sizeof packet;
}

void frame_neighbour(struct frame *out)
{
    const struct frame_spec spec = { .peer = "ff02::1:ff00:2", .protocol = 1, .payload = 24 };
    uint8_t *data = out->bytes + 54;

    frame_make(&spec, out);
    memcpy(out->bytes, (const uint8_t[]){ 0x33, 0x33, 0xff, 0, 0, 2 }, 6);
    out->bytes[14 + 7] = 255;
    memset(data, 0, 32);
    data[0] = 135;
    data[8] = 0xfd;
    data[23] = 2;
    data[24] = 1;
    data[25] = 1;
    memcpy(data + 26, frame_guest_mac, 6);
    frame_mend(out);
}
