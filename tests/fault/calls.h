/* SPDX-License-Identifier: MIT */
/* Which errors each system call can really give: what the injector may answer in the kernel's place. */
#ifndef MXC_TESTS_FAULT_CALLS_H
#define MXC_TESTS_FAULT_CALLS_H

#include <stdbool.h>

#define CALL_ERRORS 9

struct call {
    const char *name;
    long number;
    bool blocks;             /* may wait, so that a signal can come in the middle */
    int errors[CALL_ERRORS]; /* the likely ones first; 0 ends the list, none: it cannot fail */
};

/* NULL: no row, which is a fault of the table. */
const struct call *call_of(long number);
const struct call *call_named(const char *name);

#endif
