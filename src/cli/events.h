/* SPDX-License-Identifier: MIT */
/* The channel of --events: what the network refuses, while it does. */
#ifndef MXC_CLI_EVENTS_H
#define MXC_CLI_EVENTS_H

#include "base/err.h"

/* 'text' is a descriptor that is open for writing, or else a file, which is made for its owner
 * alone or written at its end; NULL: -1. The program in the sandbox never holds it. */
int mxc_cli_events_open(const char *text, int *out, struct mxc_err *err);

#endif
