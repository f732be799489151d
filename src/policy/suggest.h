/* SPDX-License-Identifier: MIT */
/* The nearest known name of a misspelt one. */
#ifndef MXC_POLICY_SUGGEST_H
#define MXC_POLICY_SUGGEST_H

#include <stddef.h>

/* Keeps the best of the names offered to it. Start with all zero. */
struct mxc_suggest {
    const char *best;
    size_t distance;
};

/* Offers 'known' as what 'written' may have meant. Names that differ too much are not kept. */
void mxc_suggest_offer(struct mxc_suggest *suggest, const char *written, const char *known);

#endif
