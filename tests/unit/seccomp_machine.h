/* SPDX-License-Identifier: MIT */
/* An interpreter for filter programs, as strict as the kernel's checker and stricter. */
#ifndef MXC_TESTS_SECCOMP_MACHINE_H
#define MXC_TESTS_SECCOMP_MACHINE_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine_program {
    const char *name;
    const struct sock_filter *code;
    size_t length;
};

struct machine_result {
    uint32_t value; /* what the program returned */
    size_t steps;   /* instructions on the path */
    bool looks_at_arguments;
};

/* NULL when the program is sound: known instructions, aligned loads, forward jumps that stay inside,
 * nothing unreachable, every path ends in a return. Else what is wrong; '*at' says where. */
const char *machine_check(const struct machine_program *program, size_t *at);

/* Runs a sound program. */
struct machine_result machine_run(const struct machine_program *program,
                                  const struct seccomp_data *data);

#endif
