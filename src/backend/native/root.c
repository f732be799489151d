/* SPDX-License-Identifier: MIT */
/* The new root. One tmpfs holds everything that is ours, in directories side by side:
 *   root/   becomes "/", read-only at the end      tmp/, shm/  the private writable directories
 *   masks/  objects of mode 000 that cover denials shell/      directories that show only grants
 * The program sees clones of these directories, never the tmpfs as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

/* Our own directories that stay writable until every mount point in them is made. */
#define CLOSING_MAX 256

struct builder {
    struct native_job *job;
    int store; /* the tmpfs */
    int root;  /* what becomes "/": root/ of the store, or the grant of "/" */
    struct native_masks masks;
    bool root_granted; /* "/" itself was granted, and is restricted as the policy says */
    int closing[CLOSING_MAX];
    size_t closing_count;
    unsigned tmp_count;
};

/* The first thing that needs the rights of the new user namespace. Some hosts let anybody make one and
 * then give no rights in it; the executor finds out which and says so. */
static int fail_first_mount(struct mxc_err *err)
{
    (void)native_fail(err, NATIVE_FIRST_MOUNT, "make", "tmpfs");
    if (err->sys == EPERM || err->sys == EACCES)
        err->code = MXC_UNAVAILABLE;
    return -1;
}

static int make_store(struct builder *b, struct mxc_err *err)
{
    char size[32], inodes[32];
    auto_close int fs = mxc_sys_fsopen("tmpfs");

    (void)snprintf(size, sizeof size, "%llu", (unsigned long long)b->job->tmp_bytes);
    /* An inode costs the host about a kilobyte that the size does not count. */
    (void)snprintf(inodes, sizeof inodes, "%llu",
                   (unsigned long long)(b->job->tmp_bytes / 4096 + 4096));
    if (fs < 0 || mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "size", size) < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "nr_inodes", inodes) < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "mode", "0755") < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
        return fail_first_mount(err);
    b->store = mxc_sys_fsmount(fs, MXC_ATTR_NOSUID | MXC_ATTR_NODEV);
    if (b->store < 0)
        return native_fail(err, "fsmount", "make", "tmpfs");
    /* Directories can be cloned only from an attached mount. Nothing below /proc can be granted, so
     * nothing that is needed is hidden there, and it goes away with the old root. */
    if (mxc_sys_move_mount(b->store, "", AT_FDCWD, "/proc", MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "attach", "tmpfs");
    return 0;
}

static int make_root(struct builder *b, struct mxc_err *err)
{
    if (mkdirat(b->store, "root", 0755) < 0 || mkdirat(b->store, "masks", 0755) < 0)
        return native_fail(err, "mkdirat", "make", "root");
    b->root = mxc_sys_open_tree(b->store, "root", MXC_OPEN_TREE_CLONE);
    if (b->root < 0)
        return native_fail(err, "open_tree", "clone", "root");
    if (mxc_sys_move_mount(b->root, "", b->store, "root", MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "attach", "root");
    b->masks.home = openat(b->store, "masks", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (b->masks.home < 0)
        return native_fail(err, "openat", "open", "masks");
    return 0;
}

static const char *below(const char *path)
{
    return path[1] ? path + 1 : ".";
}

/* The place of a step in the new root. Another sandbox may change a shared directory at this moment, so
 * no symlink is followed on the way; the last component may be one (a denied link is covered itself). */
static int open_place(const struct builder *b, const char *path, struct mxc_err *err)
{
    int fd = mxc_sys_openat2(b->root, below(path), O_PATH | O_NOFOLLOW,
                             RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

    if (fd < 0)
        return native_fail(err, "openat2", "reach", path);
    return fd;
}

/* The directory that is to hold a mount point of ours, by the same rule; '*name' is its last component. */
static int open_parent(const struct builder *b, const char *path, const char **name,
                       struct mxc_err *err)
{
    char parent[PATH_MAX];
    const char *last = strrchr(path, '/');
    size_t length = (size_t)(last - path);

    *name = last + 1;
    if (length >= sizeof parent)
        return mxc_fail(err, MXC_BACKEND, ENAMETOOLONG, "openat2", "the path '%.64s…' is too long",
                        path);
    memcpy(parent, path, length);
    parent[length ? length : 1] = '\0';
    parent[0] = '/';
    return open_place(b, parent, err);
}

static int check_place(int fd, const struct mxc_step *step, struct mxc_err *err)
{
    struct stat info;

    if (!step->device && !step->inode)
        return 0;
    if (fstat(fd, &info) < 0)
        return native_fail(err, "fstat", "examine", step->to);
    if (info.st_dev != step->device || info.st_ino != step->inode)
        return mxc_fail(err, MXC_BACKEND, ESTALE, step->pointer,
                        "'%s' was replaced by another object while the sandbox was being started",
                        step->to);
    return 0;
}

static int place(int tree, int at, const char *path, struct mxc_err *err)
{
    if (mxc_sys_move_mount(tree, "", at, "", MXC_MOVE_FROM_EMPTY | MXC_MOVE_TO_EMPTY) < 0)
        return native_fail(err, "move_mount", "place the mount at", path);
    return 0;
}

static int make_object(int parent, const char *name, const struct mxc_step *step)
{
    switch (step->kind) {
    case MXC_STEP_DIRECTORY:
        return mkdirat(parent, name, 0755);
    case MXC_STEP_FILE:
        return mknodat(parent, name, S_IFREG | 0444, 0);
    default:
        return symlinkat(step->from, parent, name);
    }
}

static int do_make(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    const char *name;
    auto_close int parent = open_parent(b, step->to, &name, err);

    (void)index;
    if (parent < 0)
        return -1;
    if (make_object(parent, name, step) < 0 && errno != EEXIST)
        return native_fail(err, "mkdirat", "make in the new root", step->to);
    return 0;
}

/* A grant of "/" becomes the root itself: what is placed later must land on it, not below it. */
static int become_root(struct builder *b, int tree, struct mxc_err *err)
{
    if (place(tree, b->root, "/", err) < 0)
        return -1;
    b->root_granted = true;
    b->root = fcntl(tree, F_DUPFD_CLOEXEC, 3);
    return b->root < 0 ? native_fail(err, "fcntl", "keep", "/") : 0;
}

static int do_bind(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    int *tree = &b->job->trees[index];
    auto_close int at = -1;

    if (*tree < 0 && native_grant_tree(step, tree, err) < 0)
        return (step->flags & MXC_STEP_OPTIONAL) && err->sys == ENOENT ? 0 : -1;
    if (!step->to[1])
        return become_root(b, *tree, err);
    at = open_place(b, step->to, err);
    if (at < 0)
        return -1;
    return place(*tree, at, step->to, err);
}

static int do_pin(struct builder *b, const struct mxc_step *step, size_t index, struct mxc_err *err)
{
    auto_close int at = open_place(b, step->to, err);
    auto_close int tree = -1;

    (void)index;
    if (at < 0 || check_place(at, step, err) < 0)
        return -1;
    tree = mxc_sys_open_tree(at, "", MXC_OPEN_TREE_CLONE | MXC_AT_RECURSIVE | MXC_AT_EMPTY_PATH);
    if (tree < 0)
        return native_fail(err, "open_tree", "pin", step->to);
    return place(tree, at, step->to, err);
}

static int do_hide(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    auto_close int at = open_place(b, step->to, err);
    auto_close int mask = -1;

    (void)index;
    if (at < 0 || check_place(at, step, err) < 0)
        return -1;
    mask = native_mask_tree(&b->masks, step->object, err);
    if (mask < 0)
        return -1;
    return place(mask, at, step->to, err);
}

static int closing_room(const struct builder *b, const struct mxc_step *step, struct mxc_err *err)
{
    if (b->closing_count < CLOSING_MAX)
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, step->pointer,
                    "more than %d denied directories hold grants; deny fewer, nearer to the root",
                    CLOSING_MAX);
}

static int do_shell(struct builder *b, const struct mxc_step *step, size_t index,
                    struct mxc_err *err)
{
    char name[32];
    auto_close int at = open_place(b, step->to, err);
    int tree;

    (void)index;
    if (at < 0 || check_place(at, step, err) < 0 || closing_room(b, step, err) < 0)
        return -1;
    (void)snprintf(name, sizeof name, "shell%zu", b->closing_count);
    if (mkdirat(b->store, name, 0755) < 0)
        return native_fail(err, "mkdirat", "make a cover for", step->to);
    tree = mxc_sys_open_tree(b->store, name, MXC_OPEN_TREE_CLONE);
    if (tree < 0)
        return native_fail(err, "open_tree", "clone a cover for", step->to);
    b->closing[b->closing_count++] = tree;
    return place(tree, at, step->to, err);
}

static int do_tmp(struct builder *b, const struct mxc_step *step, size_t index, struct mxc_err *err)
{
    char name[32];
    int *tree = &b->job->trees[index];
    auto_close int at = -1;

    (void)snprintf(name, sizeof name, "tmp%u", b->tmp_count++);
    if (mkdirat(b->store, name, 0700) < 0 || fchmodat(b->store, name, 01777, 0) < 0)
        return native_fail(err, "mkdirat", "make", step->to);
    *tree = mxc_sys_open_tree(b->store, name, MXC_OPEN_TREE_CLONE);
    if (*tree < 0)
        return native_fail(err, "open_tree", "clone", step->to);
    at = open_place(b, step->to, err);
    return at < 0 ? -1 : place(*tree, at, step->to, err);
}

static int do_devices(struct builder *b, const struct mxc_step *step, size_t index,
                      struct mxc_err *err)
{
    (void)index;
    if (closing_room(b, step, err) < 0 ||
        native_mount_devices(b->store, b->root, &b->closing[b->closing_count], err) < 0)
        return -1;
    b->closing_count++;
    return 0;
}

static int do_proc(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    (void)step;
    (void)index;
    return native_mount_proc(b->root, &b->masks, err);
}

typedef int step_function(struct builder *b, const struct mxc_step *step, size_t index,
                          struct mxc_err *err);

/* Steps without a row here are not about the root. */
static step_function *const actions[] = {
    [MXC_STEP_DIRECTORY] = do_make, [MXC_STEP_FILE] = do_make, [MXC_STEP_SYMLINK] = do_make,
    [MXC_STEP_BIND] = do_bind,      [MXC_STEP_PIN] = do_pin,   [MXC_STEP_HIDE] = do_hide,
    [MXC_STEP_SHELL] = do_shell,    [MXC_STEP_TMP] = do_tmp,   [MXC_STEP_DEVICES] = do_devices,
    [MXC_STEP_PROC] = do_proc,      [MXC_STEP_NOTE] = NULL,
};

static int do_steps(struct builder *b, struct mxc_err *err)
{
    const struct mxc_plan *plan = b->job->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];
        step_function *action =
            step->kind < sizeof actions / sizeof *actions ? actions[step->kind] : NULL;

        if (action && action(b, step, i, err) < 0) {
            if (step->pointer && err->where[0] != '/')
                (void)snprintf(err->where, sizeof err->where, "%s", step->pointer);
            return -1;
        }
    }
    return 0;
}

static int close_own(struct builder *b, struct mxc_err *err)
{
    struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_RDONLY };

    for (size_t i = 0; i < b->closing_count; i++)
        if (mxc_sys_mount_setattr(b->closing[i], 0, &attr) < 0)
            return native_fail(err, "mount_setattr", "make read-only", "a directory of its own");
    return 0;
}

/* Nothing of the host may be left above or around the new root. */
static int check_alone(const struct builder *b, struct mxc_err *err)
{
    static const char *const names[] = { "/", "/..", "." };
    struct stat root, seen;

    if (fstat(b->root, &root) < 0)
        return native_fail(err, "fstat", "examine", "/");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (stat(names[i], &seen) < 0)
            return native_fail(err, "stat", "examine", names[i]);
        if (seen.st_dev != root.st_dev || seen.st_ino != root.st_ino)
            return mxc_fail(err, MXC_BACKEND, EXDEV, "pivot_root",
                            "the old root is still mounted in the new one");
    }
    return 0;
}

static int enter(struct builder *b, struct mxc_err *err)
{
    struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_RDONLY };

    if (fchdir(b->root) < 0)
        return native_fail(err, "fchdir", "enter", "root");
    if (mxc_sys_pivot_root(".", ".") < 0)
        return native_fail(err, "pivot_root", "change", "root");
    if (umount2(".", MNT_DETACH) < 0) /* the old root, which is stacked on the new one now */
        return native_fail(err, "umount2", "detach", "the old root");
    if (chdir("/") < 0)
        return native_fail(err, "chdir", "enter", "/");
    if (check_alone(b, err) < 0)
        return -1;
    if (!b->root_granted && mxc_sys_mount_setattr(b->root, 0, &attr) < 0)
        return native_fail(err, "mount_setattr", "make read-only", "/");
    return 0;
}

int native_build_root(struct native_job *job, struct mxc_err *err)
{
    struct builder b = { .job = job, .store = -1, .root = -1, .masks = { -1 } };

    if (make_store(&b, err) < 0 || make_root(&b, err) < 0)
        return -1;
    if (do_steps(&b, err) < 0 || close_own(&b, err) < 0)
        return -1;
    return enter(&b, err); /* what is still open is closed by the caller, all at once */
}
