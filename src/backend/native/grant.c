/* SPDX-License-Identifier: MIT */
/* From a bind step to a detached mount: opened once, compared with the plan, restricted. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

int native_fail(struct mxc_err *err, const char *call, const char *what, const char *path)
{
    int error = errno;
    bool refused =
        error == ENOSYS || error == EPERM; /* perhaps by a filter, for all calls of its kind */

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot %s '%s': %s%s", what, path,
                    strerror(error), refused ? "; 'mxc probe' tells what this host lacks" : "");
}

static int check_identity(int fd, const struct mxc_step *step, struct mxc_err *err)
{
    struct stat info;

    if (!step->device && !step->inode)
        return 0;
    if (fstat(fd, &info) < 0)
        return native_fail(err, "fstat", "examine", step->from);
    if (info.st_dev == step->device && info.st_ino == step->inode)
        return 0;
    return mxc_fail(err, MXC_BACKEND, ESTALE, step->pointer,
                    "'%s' was replaced by another object while the sandbox was being started",
                    step->from);
}

static int restrict_tree(int tree, const struct mxc_step *step, struct mxc_err *err)
{
    struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_NOSUID, .propagation = MXC_MS_PRIVATE };

    if (!(step->flags & MXC_STEP_DEVICE))
        attr.attr_set |= MXC_ATTR_NODEV;
    if (!(step->flags & MXC_STEP_RW))
        attr.attr_set |= MXC_ATTR_RDONLY;
    if (mxc_sys_mount_setattr(tree, MXC_AT_RECURSIVE, &attr) < 0)
        return native_fail(err, "mount_setattr", "restrict the mount of", step->from);
    return 0;
}

int native_grant_tree(const struct mxc_step *step, int *out, struct mxc_err *err)
{
    auto_close int object = mxc_sys_openat2(AT_FDCWD, step->from, O_PATH | O_NOFOLLOW,
                                            RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    auto_close int tree = -1;

    if (object < 0)
        return native_fail(err, "openat2", "open", step->from);
    if (check_identity(object, step, err) < 0)
        return -1;
    tree =
        mxc_sys_open_tree(object, "", MXC_OPEN_TREE_CLONE | MXC_AT_RECURSIVE | MXC_AT_EMPTY_PATH);
    if (tree < 0)
        return native_fail(err, "open_tree", "clone the mount of", step->from);
    if (restrict_tree(tree, step, err) < 0)
        return -1;
    *out = mxc_take_fd(&tree);
    return 0;
}

static bool is_mapped_grant(const struct mxc_step *step)
{
    return step->kind == MXC_STEP_BIND && (step->flags & MXC_STEP_MAPPED);
}

static int refuse_mapping(const struct mxc_step *step, struct mxc_err *err)
{
    return mxc_fail(err, MXC_UNAVAILABLE, EPERM, step->pointer,
                    "'%s' cannot be granted: mxc was started by root without CAP_SYS_ADMIN, or a "
                    "seccomp filter forbids one of openat2, open_tree and mount_setattr, as in a "
                    "container; start it as an ordinary "
                    "user there, or the container with --cap-add SYS_ADMIN",
                    step->from);
}

int native_open_grants(struct native_job *job, struct mxc_err *err)
{
    for (size_t i = 0; i < job->plan->count; i++) {
        const struct mxc_step *step = &job->plan->steps[i];

        if (!is_mapped_grant(step))
            continue;
        if (native_grant_tree(step, &job->trees[i], err) < 0) {
            if (err->sys == EPERM)
                return refuse_mapping(step, err);
            if (!err->where[0] || err->where[0] != '/')
                (void)snprintf(err->where, sizeof err->where, "%s", step->pointer);
            return -1;
        }
    }
    return 0;
}

/* A read-only grant that cannot be id-mapped stays as it is: its owners are foreign ids inside, and
 * the program reads what everybody may read. A writable one would be of no use, so it is
 * refused. */
static int map_grant(struct native_job *job, const struct mxc_step *step, int tree, int users,
                     struct mxc_err *err)
{
    struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_IDMAP, .userns_fd = (uint64_t)users };

    if (mxc_sys_mount_setattr(tree, MXC_AT_RECURSIVE, &attr) == 0)
        return 0;
    if (errno == EINVAL && mxc_sys_mount_setattr(tree, 0, &attr) == 0) {
        /* A mount below it is of a kind that cannot (a host's "/" has several). Then all that is
         * mounted below keeps its owners, who are foreign inside, and the result says so. */
        job->foreign_grants++;
        return 0;
    }
    if (!(step->flags & MXC_STEP_RW) || (step->flags & MXC_STEP_DEVICE)) {
        job->foreign_grants++;
        return 0;
    }
    return mxc_fail(
        err, MXC_POLICY_REFUSED, errno, step->pointer,
        "the filesystem of '%s', or one mounted below it, cannot be id-mapped (%s), so "
        "root's sandbox could not write there as root; run mxc as the user who owns it, "
        "or grant a path on ext4, xfs, btrfs or tmpfs",
        step->from, strerror(errno));
}

int native_map_grants(struct native_job *job, pid_t child, struct mxc_err *err)
{
    char path[64];
    auto_close int users = -1;

    for (size_t i = 0; i < job->plan->count; i++) {
        if (job->trees[i] < 0)
            continue;
        if (users < 0) {
            (void)snprintf(path, sizeof path, "/proc/%d/ns/user", (int)child);
            users = open(path, O_RDONLY | O_CLOEXEC);
            if (users < 0)
                return native_fail(err, "open", "open", path);
        }
        if (map_grant(job, &job->plan->steps[i], job->trees[i], users, err) < 0)
            return -1;
    }
    return 0;
}
