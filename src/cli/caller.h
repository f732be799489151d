/* SPDX-License-Identifier: MIT */
/* A run that ends with its caller (docs/result.md, "The end of the caller"). */
#ifndef MXC_CLI_CALLER_H
#define MXC_CLI_CALLER_H

#include "base/err.h"

/* Takes the descriptor that the caller names with an option: one end of a pipe, or a connected Unix
 * socket that knows its peer's end, above 2. It is closed at every exec from then on. What can
 * never hang up is refused. 'text' NULL: *out is 0, nobody asked. */
int mxc_caller_open(const char *option, const char *text, int *out, struct mxc_err *err);

#endif
