/* SPDX-License-Identifier: MIT */
/* An Ethernet frame taken apart, so far as we let anything pass; all else is "other".
 *
 * IP packets have no options, no fragments and no extension headers, a true header checksum, and
 * lengths that agree with each other and with the frame (which may be padded to its least size). */
#ifndef MXC_NET_PACKET_H
#define MXC_NET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

enum mxc_packet_kind {
    MXC_PACKET_OTHER,
    MXC_PACKET_ARP,
    MXC_PACKET_NDP, /* what finds neighbours: 133 to 137 of ICMPv6, with a hop limit of 255 */
    MXC_PACKET_TCP,
    MXC_PACKET_UDP,
    MXC_PACKET_ECHO,       /* a request */
    MXC_PACKET_ECHO_REPLY, /* and its answer */
    MXC_PACKET_ICMP_ERROR, /* with the start of the packet that it is about */
};

/* Views into the frame. */
struct mxc_packet {
    enum mxc_packet_kind kind;
    uint8_t version;          /* 4, 6; 0 for ARP */
    const uint8_t *ether;     /* the frame */
    const uint8_t *ip;        /* or the ARP packet */
    size_t ip_size;           /* with header, without padding */
    const uint8_t *from, *to; /* addresses, as the packet writes them */
    const uint8_t *data;      /* after the IP header */
    size_t data_size;
    uint16_t from_port, to_port; /* echo: both are its identifier */
    uint8_t type, code;          /* ICMP */
    uint8_t flags;               /* TCP */
};

void mxc_packet_read(const uint8_t *frame, size_t size, struct mxc_packet *out);

/* Who sent the packet that an ICMP error is about, and to whom: ports and addresses as in a packet
 * of its own, from no more than its first bytes. False when too little of it is there, or when it
 * is of another kind. */
bool mxc_packet_quoted(const struct mxc_packet *error, struct mxc_packet *out);

/* Is the destination for more than one receiver: for a group, or for all? */
bool mxc_packet_is_group(const struct mxc_packet *packet);
bool mxc_packet_is_broadcast(const struct mxc_packet *packet);

#endif
