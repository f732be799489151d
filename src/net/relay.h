/* SPDX-License-Identifier: MIT */
/* Published ports on ::1, for programs that listen on IPv4 alone: each connection is carried on to
 * the listener of libslirp on 127.0.0.1. libslirp itself would bring it to the guest over IPv6, and
 * accept it before it knows whether anybody listens there.
 *
 * Bytes wait in the kernel's sockets, never here: what one end does not take is left unread at the
 * other. */
#ifndef MXC_NET_RELAY_H
#define MXC_NET_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/control.h"

/* Connections at once, of all ports together; each port has an equal share. More wait to be
 * accepted. */
#define MXC_RELAY_MAX 256

/* Entries that mxc_relay_polls() may add. */
#define MXC_RELAY_POLLS (MXC_NET_PUBLISH_MAX + 2 * MXC_RELAY_MAX)

struct mxc_relay_port {
    int fd; /* listens on ::1 */
    uint16_t port;
    size_t pairs; /* its connections */
};

/* One of two; what it says goes to the other one. */
struct mxc_relay_end {
    int fd;     /* -1: no connection */
    bool stuck; /* the other one had no room for what it said */
    bool ended; /* it said its last byte, and the other one was told */
    bool gone;  /* nothing will happen here any more but room in the other one */
};

struct mxc_relay {
    struct mxc_relay_port ports[MXC_NET_PUBLISH_MAX];
    size_t port_count;
    struct mxc_relay_end pairs[MXC_RELAY_MAX][2]; /* who connected to us, and to whom we did */
    uint8_t port_of[MXC_RELAY_MAX];               /* which port the pair belongs to */
    size_t pair_count;
    uint64_t rest_until_ms;       /* no descriptors are left; nobody is accepted */
    size_t polled[MXC_RELAY_MAX]; /* pair of each two entries that mxc_relay_polls() added */
    size_t polled_port[MXC_NET_PUBLISH_MAX]; /* and port of each entry before those */
    size_t polled_ports, polled_pairs;
    uint8_t chunk[65536];
};

void mxc_relay_init(struct mxc_relay *relay);

/* Listens on ::1 for a published port. A host that has no ::1 is served by 127.0.0.1 alone; any
 * other failure is the entry's. */
int mxc_relay_listen(struct mxc_relay *relay, const struct mxc_net_publish *publish,
                     struct mxc_err *err);

/* Adds descriptors behind the first '*count' of 'polls', which has room for MXC_RELAY_POLLS
 * more. */
void mxc_relay_polls(struct mxc_relay *relay, struct pollfd *polls, size_t *count, uint64_t now_ms);

/* After poll(), with the first entry that was added. */
void mxc_relay_handle(struct mxc_relay *relay, const struct pollfd *polls, uint64_t now_ms);

#endif
