/* SPDX-License-Identifier: MIT */
/* The result channel of --result-fd (docs/result.md). */
#ifndef MXC_CLI_REPORT_H
#define MXC_CLI_REPORT_H

#include <time.h>

#include "run/result.h"

/* Takes the descriptor that the caller names with an option: open, writable, above 2. From then on
 * it is closed at every exec, so no program of ours or of the guest ever holds it. 'text' NULL:
 * *out is -1. */
int mxc_report_open(const char *option, const char *text, int *out, struct mxc_err *err);

/* Writes the one line. Nothing to do when 'fd' is -1. A reader that is gone is no error of the
 * run. */
int mxc_report_write(int fd, const struct mxc_result *result, struct mxc_err *err);

/* A moment as RFC 3339 in UTC with milliseconds. 'out' holds at least 32 bytes. */
void mxc_report_time(const struct timespec *moment, char *out);

#endif
