/* SPDX-License-Identifier: MIT */
/* Random networks of policies, and questions that come near their edges. */
#ifndef MXC_TESTS_NET_WORLD_H
#define MXC_TESTS_NET_WORLD_H

#include "base/arena.h"
#include "net/pins.h"
#include "net_model.h"

/* Where chance comes from: bytes of an input, then zeros; or a seed. */
struct dice {
    const uint8_t *bytes; /* NULL: the seed */
    size_t left;
    uint64_t state;
};

/* 0 to sides - 1. */
unsigned dice_roll(struct dice *dice, unsigned sides);

#define WORLD_OWN  3
#define WORLD_PINS 4

struct world {
    struct dice dice;
    struct mxc_arena arena;
    struct mxc_network network;
    struct mxc_rules_options options;
    struct mxc_cidr own[WORLD_OWN];
    struct model_pin pins[WORLD_PINS];
    struct model model; /* of all this */
};

/* Makes a network, addresses of the host, and pins. */
void world_make(struct world *world);

void world_flow(struct world *world, struct mxc_flow *out);
const char *world_name(struct world *world);

/* Compiles and opens the rules, asks 'questions' of each kind, and compares with the model. True when all is
 * well; else what differs was printed. 'allowed' counts the flows that passed. */
bool world_check(struct world *world, size_t questions, size_t *allowed);

/* The compiled bytes, in the world's arena. */
bool world_compile(struct world *world, struct mxc_blob *out);

/* The host's own addresses, settled; the caller calls mxc_spans_done() also on failure. */
bool world_own(const struct world *world, struct mxc_spans *out);

void world_done(struct world *world);

#endif
