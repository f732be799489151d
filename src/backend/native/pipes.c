/* SPDX-License-Identifier: MIT */
/* Standard streams that are anonymous pipes of the caller. Inside a sandbox started by root their
 * owner is foreign, and opening /dev/stderr would fail, as many programs do; so they are lent for
 * the run. */
#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backend/native/native_run.h"

static bool is_anonymous_pipe(int fd, struct stat *info)
{
    struct statfs filesystem;

    return fstat(fd, info) == 0 && S_ISFIFO(info->st_mode) && fstatfs(fd, &filesystem) == 0 &&
           filesystem.f_type == PIPEFS_MAGIC;
}

int native_lend_pipes(struct mxc_run *run, struct mxc_err *err)
{
    struct stat info;

    for (int i = 0; run->job.mapped && i < 3; i++) {
        bool replaced = run->job.streams[i] >= 0;
        int fd = replaced ? run->job.streams[i] : i;

        if (!replaced && !S_ISFIFO(run->job.stream_mode[i]))
            continue;
        if (!is_anonymous_pipe(fd, &info) || info.st_uid != run->job.uid)
            continue;
        if (fchown(fd, native_first_id(run->init), native_first_id(run->init)) == 0)
            run->lent[i] = fd == i;
        else if (errno != EPERM) /* without CAP_CHOWN the program only cannot open it by name */
            return native_fail(err, "fchown", "lend", "a standard stream");
    }
    return 0;
}

void native_return_pipes(struct mxc_run *run)
{
    for (int i = 0; i < 3; i++) {
        if (run->lent[i])
            (void)!fchown(i, run->job.uid, run->job.gid);
        run->lent[i] = false;
    }
}
