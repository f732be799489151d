/* SPDX-License-Identifier: MIT */
/* Echo requests into the world. libslirp 4.7 knows none over IPv6, and over IPv4 takes a socket for
 * each request and sends UDP where the host keeps it from sending echo requests. */
#ifndef MXC_NET_ECHO_H
#define MXC_NET_ECHO_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who is pinged at once; the oldest makes room. */
#define MXC_ECHO_MAX 64

/* The longest message: what fits behind an IPv6 header in the device's packets. */
#define MXC_ECHO_ROOM 65480

struct mxc_echo_slot {
    int fd; /* -1: free */
    uint8_t version;
    uint8_t to[16];
    uint16_t id; /* of the guest; the kernel has one of its own */
    uint64_t used_ms;
};

struct mxc_echo {
    struct mxc_echo_slot slots[MXC_ECHO_MAX];
    size_t polled[MXC_ECHO_MAX]; /* slot of each entry that mxc_echo_polls() added */
    size_t polled_count;
    uint8_t message[MXC_ECHO_ROOM];
    uint8_t frame[14 + 40 + MXC_ECHO_ROOM];
};

void mxc_echo_init(struct mxc_echo *echo);

enum mxc_echo_verdict {
    MXC_ECHO_OTHER, /* no such request, or one for the gateway or the resolver */
    MXC_ECHO_TAKEN,
    MXC_ECHO_UNABLE, /* net.ipv4.ping_group_range of the host leaves this process out */
};

/* Takes a frame that the filter has passed, when it is such a request; the gateway and the resolver
 * answer for themselves. */
enum mxc_echo_verdict mxc_echo_take(struct mxc_echo *echo, const uint8_t *frame, size_t size,
                                    uint64_t now_ms);

/* Adds descriptors behind the first '*count' of 'polls', which has room for MXC_ECHO_MAX more. */
void mxc_echo_polls(struct mxc_echo *echo, struct pollfd *polls, size_t *count, uint64_t now_ms);

/* After poll(), with the first entry that was added: calls 'send' with each answer, as a frame for
 * the guest. */
void mxc_echo_handle(struct mxc_echo *echo, const struct pollfd *polls,
                     void (*send)(void *context, const uint8_t *frame, size_t size), void *context);

#endif
