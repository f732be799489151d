/* SPDX-License-Identifier: MIT */
/* Where our other programs lie. */
#include "sys/linux/beside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *mxc_sys_beside(const char *name)
{
    static const char *const folders[] = { "", "../libexec/mxc/" };
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 128);
    char *end;

    if (length <= 0)
        return NULL;
    path[length] = '\0';
    end = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(end, (size_t)(path + sizeof path - end), "%s%s", folders[i], name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}
