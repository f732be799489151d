/* SPDX-License-Identifier: MIT */
/* Handles that close themselves. A destructor keeps errno. */
#ifndef MXC_BASE_AUTO_H
#define MXC_BASE_AUTO_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void mxc_auto_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    errno = saved;
}

static inline void mxc_auto_free(void *pointer)
{
    int saved = errno;

    free(*(void **)pointer);
    errno = saved;
}

/* Gives a descriptor away: returns it, and its variable no longer closes it. */
static inline int mxc_take_fd(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

#define auto_close __attribute__((cleanup(mxc_auto_close)))
#define auto_free  __attribute__((cleanup(mxc_auto_free)))

#endif
