/* SPDX-License-Identifier: MIT */
/* What every sandbox sees unasked. */
#ifndef MXC_PLAN_BASELINE_H
#define MXC_PLAN_BASELINE_H

#include <stdbool.h>

/* Does denying this absolute path take something from the baseline: is it in it, or around a part
 * of it? */
bool mxc_baseline_touches(const char *path);

#endif
