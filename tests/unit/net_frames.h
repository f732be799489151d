/* SPDX-License-Identifier: MIT */
/* Frames for tests: built, and looked at, without the code that is tested. */
#ifndef MXC_TESTS_NET_FRAMES_H
#define MXC_TESTS_NET_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_ROOM 2048

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

extern const uint8_t frame_guest_mac[6];

/* A packet between the guest and 'peer' (an address as text). */
struct frame_spec {
    const char *peer;
    uint8_t protocol; /* 6, 17, 1 (echo; ICMPv6 for an IPv6 peer) */
    bool to_guest;
    uint16_t guest_port, port; /* echo: guest_port is the identifier */
    uint8_t flags;             /* TCP */
    uint32_t sequence, acknowledged;
    size_t payload;
};

struct frame {
    uint8_t bytes[FRAME_ROOM];
    size_t size;
};

void frame_make(const struct frame_spec *spec, struct frame *out);

/* Puts the checksums right after a change. */
void frame_mend(struct frame *frame);

/* A frame that the guest's kernel would take: addressed to it, with lengths and checksums as they should be. NULL,
 * or what is wrong. */
const char *frame_fault(const uint8_t *bytes, size_t size);

/* An ARP request of the guest for 10.0.2.2, and a neighbour solicitation for fd00::2. */
void frame_arp(struct frame *out);
void frame_neighbour(struct frame *out);

#endif
