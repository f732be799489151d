/* SPDX-License-Identifier: MIT */
/* Which addresses a rule by name is about just now: those that our resolver was given, for as long
 * as it was said.
 *
 * A pin joins an address and a name of the allow rules (a number from mxc_rules_names()), or in
 * another table one of the deny rules. The table is bounded, and so is what it costs to ask it. In
 * the table of denied names each has a share: however many addresses one of them has, the others
 * keep theirs. */
#ifndef MXC_NET_PINS_H
#define MXC_NET_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define MXC_PINS_DEFAULT 4096

struct mxc_pins;

/* Room for 'room' pins. NULL when out of memory. */
struct mxc_pins *mxc_pins_new(size_t room);

/* The names are numbers below 'names', and each has room for 'share' pins: when they are taken, the
 * one that ends first makes room, if it ends earlier than the new one. NULL when out of memory. */
struct mxc_pins *mxc_pins_new_shared(size_t share, size_t names);
void mxc_pins_free(struct mxc_pins *pins); /* accepts NULL */

/* Pins, or makes a pin last longer; never shorter. False when the table is full of pins that still
 * hold: then the address must not be given to the guest. With shares: when this pin or another one
 * of the name, that still held, had to go. */
bool mxc_pins_add(struct mxc_pins *pins, const struct mxc_address *address, uint32_t name,
                  uint64_t until_ms, uint64_t now_ms);

struct mxc_retiring {
    uint32_t name;
    uint8_t family; /* 4 or 6 */
};

/* In a table with shares: no pin of that name and family lasts longer than 'until_ms'; what has
 * ended is freed. */
void mxc_pins_retire(struct mxc_pins *pins, const struct mxc_retiring *which, uint64_t until_ms,
                     uint64_t now_ms);

/* Calls 'each' for every name that this address is pinned for at 'now_ms', until it returns true;
 * returns whether it did. */
bool mxc_pins_find(const struct mxc_pins *pins, const struct mxc_address *address, uint64_t now_ms,
                   bool (*each)(void *context, uint32_t name), void *context);

/* Frees what does not hold any more; returns how many pins are left. */
size_t mxc_pins_expire(struct mxc_pins *pins, uint64_t now_ms);

#endif
