/* SPDX-License-Identifier: MIT */
/* Policies as texts, what their rules say, and what a patch makes of them. */
#ifndef SUGGEST_WORLD_H
#define SUGGEST_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/pins.h"
#include "net/rules.h"
#include "net/spans.h"
#include "run/suggest.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct world {
    struct mxc_arena arena;
    struct mxc_policy policy;
    struct mxc_ruleset rules;
    struct mxc_live live;
    struct mxc_spans own;    /* 198.51.100.7 */
    struct mxc_pins *pins;   /* not of what was asked: of what a name rule gets for its name */
    struct mxc_pins *denied; /* of denied names; NULL: none */
};

/* The policy's text with a JSON Patch of it, which must fit; to be freed. */
char *world_patched(const char *policy, const char *patch);

/* Reads and compiles; fails the test when it cannot be. */
void world_load(struct world *world, const char *text);
void world_unload(struct world *world);

/* The resolver has answered the event's name with the event's address. */
void world_resolve(struct world *world, const struct mxc_net_event *event);

struct mxc_ruling world_ask(const struct world *world, const struct mxc_net_event *event);

/* The denied name, or each whose text is that, was found at this address. */
void world_deny(struct world *world, const char *name, const char *address);

#endif
