/* SPDX-License-Identifier: MIT */
/* The names of one directory, read once, for whoever asks for many of them. */
#ifndef MXC_SYS_LINUX_LISTING_H
#define MXC_SYS_LINUX_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/facts.h"

/* All zero before the first use; the memory is the arena's. */
struct mxc_listing {
    bool tried;
    bool complete;   /* all names are here */
    char *bytes;     /* records of getdents64 */
    uint16_t *heads; /* a hash table of them: the number of the first record, from 1, or 0 */
    struct mxc_listed *records;
};

/* The type of the object of that name in 'directory', which is read at the first question. False
 * when it cannot be told: the directory cannot be read, is very large, or its filesystem keeps no
 * types. */
bool mxc_listing_find(struct mxc_listing *listing, struct mxc_arena *arena, const char *directory,
                      const char *name, enum mxc_object *type);

#endif
