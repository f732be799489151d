/* SPDX-License-Identifier: MIT */
/* A set of addresses that changes while a sandbox runs: spans of them, sorted once and then
 * searched. */
#ifndef MXC_NET_SPANS_H
#define MXC_NET_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

/* At least half as many separate ones always fit: more than a host has. */
#define MXC_SPANS_MAX 32768

/* Both ends belong to it; wide form (net/address.h). */
struct mxc_span {
    uint8_t first[16], last[16];
};

/* All zero: empty. The caller calls mxc_spans_done(). */
struct mxc_spans {
    struct mxc_span *items;
    size_t count, room;
};

/* Adds a network. An IPv6 network is about IPv6 alone, also one around ::ffff:0:0/96. 0, ENOMEM, or
 * ENOSPC beyond MXC_SPANS_MAX. */
int mxc_spans_add(struct mxc_spans *spans, const struct mxc_cidr *network);

/* Sorts them, and joins those that overlap or touch. */
void mxc_spans_settle(struct mxc_spans *spans);

/* Of settled spans: is the address in one of them? NULL has none. */
bool mxc_spans_have(const struct mxc_spans *spans, const uint8_t wide[16]);

/* Of settled spans. */
bool mxc_spans_same(const struct mxc_spans *a, const struct mxc_spans *b);

void mxc_spans_done(struct mxc_spans *spans);

#endif
