/* SPDX-License-Identifier: MIT */
/* How many descriptors libslirp's flows hold. It keeps some for longer than the flow table knows
 * of: those of UDP for four minutes, those of TCP until both sides have seen the end. */
#ifndef MXC_NET_SOCKETS_H
#define MXC_NET_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors of the whole process. */
#define MXC_SOCKETS_MAX 4608u

/* Those that are kept for all else: the relay's (net/relay.h), echo requests (net/echo.h),
 * questions to name servers (net/upstream.h), what listens, and connections that come in while one
 * turn lasts. */
#define MXC_SOCKETS_RESERVE 1024u

struct mxc_sockets {
    size_t count, room;
    uint8_t held[MXC_SOCKETS_MAX / 8]; /* a bit for each descriptor */
};

/* 'descriptors': as many as the process may have. Where that is less than twice the reserve, half
 * of it is for flows. */
void mxc_sockets_init(struct mxc_sockets *sockets, size_t descriptors);

/* A flow holds the descriptor, or no longer; saying it twice changes nothing. */
void mxc_sockets_add(struct mxc_sockets *sockets, int fd);
void mxc_sockets_remove(struct mxc_sockets *sockets, int fd);

/* Is there none for another flow? */
bool mxc_sockets_are_full(const struct mxc_sockets *sockets);

#endif
