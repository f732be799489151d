/* SPDX-License-Identifier: MIT */
/* The resolver's port of TCP: as much of that protocol as short questions and answers need, over a
 * link that hardly loses anything. No socket of the host is in it, so nobody else can ask.
 *
 * Segments count only in their order; others are asked for again. A connection holds a bounded part
 * of what the guest sends and of what it does not take; beyond that, and after 15 seconds of
 * silence, it is reset. */
#ifndef MXC_NET_RESOLVER_TCP_H
#define MXC_NET_RESOLVER_TCP_H

#include "net/resolver.h"

#define MXC_RESOLVER_CONNECTIONS 16

struct mxc_resolver_tcp;

struct mxc_resolver_tcp_ways {
    void *context;
    /* A frame for the guest. May not call anything here. */
    void (*write)(void *context, const uint8_t *frame, size_t size);
    /* A message; mxc_resolver_tcp_answer() may be called from within. Does it get an answer, by now
     * or later? */
    bool (*ask)(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes, size_t size,
                uint64_t now_ms);
    void (*random)(void *context, uint8_t *out, size_t size);
};

/* NULL when out of memory. */
struct mxc_resolver_tcp *mxc_resolver_tcp_new(const struct mxc_resolver_tcp_ways *ways);
void mxc_resolver_tcp_free(struct mxc_resolver_tcp *tcp); /* accepts NULL */

/* A frame for which the filter said MXC_FRAME_STREAM. */
void mxc_resolver_tcp_take(struct mxc_resolver_tcp *tcp, const uint8_t *frame, size_t size,
                           uint64_t now_ms);

/* The answer to a question, of at most MXC_DNS_ROOM bytes. */
void mxc_resolver_tcp_answer(struct mxc_resolver_tcp *tcp, const struct mxc_dns_asker *asker,
                             const uint8_t *bytes, size_t size, uint64_t now_ms);

/* Sends again what was lost. Returns when it is to be called again; to be called after the others
 * as well. */
uint64_t mxc_resolver_tcp_tick(struct mxc_resolver_tcp *tcp, uint64_t now_ms);

#endif
