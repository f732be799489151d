/* SPDX-License-Identifier: MIT */
/* Frames that we write to the guest ourselves. */
#ifndef MXC_NET_REPLY_H
#define MXC_NET_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "net/packet.h"

/* The longest refusal: 1280 bytes of IPv6. */
#define MXC_REPLY_ROOM 1294

/* Answers a TCP segment with a reset. */
size_t mxc_reply_reset(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM]);

/* Answers with "administratively prohibited", from the gateway; as much of the packet is quoted as
 * RFC 1812 (576 bytes in all) and RFC 4443 (1280) let it be. */
size_t mxc_reply_prohibited(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM]);

/* Answers who looks for a neighbour (ARP, NDP) that nobody is: the gateway is. 0 when it is no such
 * question: for the guest, the gateway or the resolver, or only to see whether an address is
 * free. */
size_t mxc_reply_neighbour(const struct mxc_packet *packet, uint8_t out[MXC_REPLY_ROOM]);

/* Who sends a datagram to whom. */
struct mxc_datagram {
    uint8_t version;
    uint8_t ether_from[6], ether_to[6];
    const uint8_t *from, *to; /* addresses */
    uint16_t from_port, to_port;
};

/* A UDP frame with these bytes. Its size, or 0 when it does not fit into 'room' or into a
 * packet. */
size_t mxc_reply_udp(const struct mxc_datagram *datagram, const uint8_t *bytes, size_t size,
                     uint8_t *out, size_t room);

/* An ICMP message of the datagram's version, without ports, with its checksum put in; like
 * mxc_reply_udp(). */
size_t mxc_reply_icmp(const struct mxc_datagram *ends, const uint8_t *message, size_t size,
                      uint8_t *out, size_t room);

/* A TCP segment. */
struct mxc_segment {
    uint32_t seq, ack;
    uint16_t window;
    uint8_t flags;
};

struct mxc_reply_bytes {
    const uint8_t *data;
    size_t size;
};

/* A TCP frame with these bytes, like mxc_reply_udp(). */
size_t mxc_reply_tcp(const struct mxc_datagram *ends, const struct mxc_segment *segment,
                     const struct mxc_reply_bytes *bytes, uint8_t *out, size_t room);

#endif
