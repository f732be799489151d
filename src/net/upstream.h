/* SPDX-License-Identifier: MIT */
/* The host's name servers, over sockets: a fresh one for each message, so that its port is not
 * known before. */
#ifndef MXC_NET_UPSTREAM_H
#define MXC_NET_UPSTREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/resolv_conf.h"
#include "net/resolver.h"

struct mxc_upstream;

/* Reads the host's /etc/resolv.conf, once: without the file, what the C library takes then. */
int mxc_upstream_conf(struct mxc_resolv_conf *out, struct mxc_err *err);

/* Opens nothing yet. Interfaces that the servers name are looked up now. */
int mxc_upstream_new(const struct mxc_resolv_conf *conf, struct mxc_upstream **out,
                     struct mxc_err *err);
void mxc_upstream_free(struct mxc_upstream *upstream); /* accepts NULL */

/* struct mxc_resolver_ways of the resolver; 'upstream' is their context. */
bool mxc_upstream_send(struct mxc_upstream *upstream, const struct mxc_dns_try *try);
void mxc_upstream_close(struct mxc_upstream *upstream, uint32_t slot);

/* Is anything awaited? */
bool mxc_upstream_is_busy(const struct mxc_upstream *upstream);

/* Adds what it waits for behind the first '*count' of 'room' entries. */
void mxc_upstream_polls(struct mxc_upstream *upstream, struct pollfd *polls, size_t room,
                        size_t *count);

/* After poll(), with the same entries: gives the resolver what arrived. */
void mxc_upstream_handle(struct mxc_upstream *upstream, const struct pollfd *polls,
                         struct mxc_resolver *resolver, uint64_t now_ms);

#endif
