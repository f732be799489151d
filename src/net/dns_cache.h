/* SPDX-License-Identifier: MIT */
/* Answers that still hold, by name and type; the one that was not asked for longest makes room. */
#ifndef MXC_NET_DNS_CACHE_H
#define MXC_NET_DNS_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "net/dns_answer.h"

struct mxc_dns_cache;

struct mxc_dns_key {
    const char *name; /* lower case */
    uint16_t type;
};

/* NULL when out of memory. */
struct mxc_dns_cache *mxc_dns_cache_new(size_t room);
void mxc_dns_cache_free(struct mxc_dns_cache *cache); /* accepts NULL */

/* NULL when there is none that holds; else until the next call, with the milliseconds that are
 * left. */
const struct mxc_dns_result *mxc_dns_cache_find(struct mxc_dns_cache *cache,
                                                const struct mxc_dns_key *key, uint64_t now_ms,
                                                uint64_t *left_ms);

/* Keeps a copy, for as long as the result says. */
void mxc_dns_cache_put(struct mxc_dns_cache *cache, const struct mxc_dns_key *key,
                       const struct mxc_dns_result *result, uint64_t now_ms);

#endif
