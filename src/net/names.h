/* SPDX-License-Identifier: MIT */
/* The resolver within mxc-net: its rules, its servers, and the guest that it answers. */
#ifndef MXC_NET_NAMES_H
#define MXC_NET_NAMES_H

#include <poll.h>

#include "base/err.h"
#include "net/filter.h"
#include "net/known.h"
#include "net/live.h"
#include "net/rules.h"

struct mxc_names;

struct mxc_names_options {
    const struct mxc_ruleset *rules;
    struct mxc_live *live; /* gets the pins of denied names */
    struct mxc_pins *pins;
    struct mxc_filter *filter;
    struct mxc_known *known; /* learns what was answered */
    /* Called with every frame for the guest. */
    void (*write)(void *context, const uint8_t *frame, size_t size);
    void *context;
};

/* Reads which servers the host has. All pointers must outlive it. */
int mxc_names_new(const struct mxc_names_options *options, struct mxc_names **out,
                  struct mxc_err *err);

/* A datagram for the resolver, as mxc_filter_out() gave it. */
void mxc_names_ask(struct mxc_names *names, const struct mxc_filter_out *asked, uint64_t now_ms);

/* The same over TCP: a frame for which it said MXC_FRAME_STREAM. */
void mxc_names_hear(struct mxc_names *names, const uint8_t *frame, size_t size, uint64_t now_ms);

/* Adds what it waits for behind the first '*count' of 'room' entries, and lowers '*timeout_ms' to
 * its next timer. */
void mxc_names_polls(struct mxc_names *names, struct pollfd *polls, size_t room, size_t *count,
                     int *timeout_ms, uint64_t now_ms);
/* After poll(), with the same entries. */
void mxc_names_handle(struct mxc_names *names, const struct pollfd *polls, uint64_t now_ms);

/* Were the addresses of denied names found, or looked for in vain? */
bool mxc_names_are_settled(const struct mxc_names *names);

#endif
