/* SPDX-License-Identifier: MIT */
/* Time that only goes forward, for deadlines. */
#ifndef MXC_SYS_CLOCK_H
#define MXC_SYS_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since some moment in the past. */
static inline int64_t mxc_sys_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

#endif
