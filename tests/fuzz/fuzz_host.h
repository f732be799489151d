/* SPDX-License-Identifier: MIT */
/* A host for targets that plan: the facts of this machine would make them depend on it. */
#ifndef MXC_TESTS_FUZZ_HOST_H
#define MXC_TESTS_FUZZ_HOST_H

#include "fake_host.h"

/* A usual Linux host, and then the lines of 'more'. Every fake_host_done() is the caller's. -1: the lines
 * describe no host. */
int fuzz_host_open(struct fake_host *host, const char *more);

#endif
