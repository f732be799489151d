/* SPDX-License-Identifier: MIT */
/* The new root: what is ours (own.c), then the grants and denials of the policy, placed by
 * descriptor in the order of the plan; then it becomes "/". */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/root.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

/* Covers of denied directories that stay writable until every mount point in them is made. */
#define CLOSING_MAX 256

struct builder {
    struct native_root at;
    int closing[CLOSING_MAX];
    size_t closing_count;
};

static const char *below(const char *path)
{
    return path[1] ? path + 1 : ".";
}

/* The place of a step in the new root. Another sandbox may change a shared directory at this
 * moment, so no symlink is followed on the way; the last component may be one (a denied link is
 * covered itself). */
static int open_place(const struct builder *b, const char *path, struct mxc_err *err)
{
    int fd = mxc_sys_openat2(b->at.root, below(path), O_PATH | O_NOFOLLOW,
                             RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

    if (fd < 0)
        return native_fail(err, "openat2", "reach", path);
    return fd;
}

/* The directory that is to hold a mount point of ours, by the same rule; '*name' is its last
 * component. */
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
    if (place(tree, b->at.root, "/", err) < 0)
        return -1;
    b->at.granted = true;
    b->at.root = fcntl(tree, F_DUPFD_CLOEXEC, 3);
    return b->at.root < 0 ? native_fail(err, "fcntl", "keep", "/") : 0;
}

/* A mount point of ours, or the object itself as a grant around it shows it. With anything else a
 * name on the way was exchanged, and the object would stay reachable, and perhaps writable, by
 * another. */
static int check_target(const struct builder *b, int at, const struct mxc_step *step,
                        struct mxc_err *err)
{
    struct stat store, seen;

    if (fstat(b->at.store, &store) < 0 || fstat(at, &seen) < 0)
        return native_fail(err, "fstat", "examine", step->to);
    return seen.st_dev == store.st_dev ? 0 : check_place(at, step, err);
}

static int do_bind(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    int *tree = &b->at.job->trees[index];
    auto_close int at = -1;

    if (*tree < 0 && native_grant_tree(step, tree, err) < 0)
        return (step->flags & MXC_STEP_OPTIONAL) && err->sys == ENOENT ? 0 : -1;
    if (!step->to[1])
        return become_root(b, *tree, err);
    at = open_place(b, step->to, err);
    if (at < 0 || check_target(b, at, step, err) < 0)
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
    mask = native_mask_tree(&b->at, step->object, err);
    if (mask < 0)
        return -1;
    return place(mask, at, step->to, err);
}

/* Over a file that a grant shows. */
static int do_content(struct builder *b, const struct mxc_step *step, size_t index,
                      struct mxc_err *err)
{
    char name[48];
    auto_close int at = open_place(b, step->to, err);
    auto_close int tree = -1;

    if (at < 0)
        return -1;
    native_text_place(index, name);
    tree = mxc_sys_open_tree(b->at.home, strrchr(name, '/') + 1, MXC_OPEN_TREE_CLONE);
    if (tree < 0)
        return native_fail(err, "open_tree", "clone the text for", step->to);
    return place(tree, at, step->to, err);
}

static int closing_room(const struct builder *b, const struct mxc_step *step, struct mxc_err *err)
{
    if (b->closing_count < CLOSING_MAX)
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, step->pointer,
                    "more than %d denied directories hold grants; deny fewer, nearer to the root",
                    CLOSING_MAX);
}

/* Its cover was made in the store, which is sealed by now. */
static int do_shell(struct builder *b, const struct mxc_step *step, size_t index,
                    struct mxc_err *err)
{
    const struct mxc_mount_attr writable = { .attr_clr = MXC_ATTR_RDONLY };
    char name[32];
    auto_close int at = open_place(b, step->to, err);
    int tree;

    if (at < 0 || check_place(at, step, err) < 0 || closing_room(b, step, err) < 0)
        return -1;
    (void)snprintf(name, sizeof name, "shell%zu", index);
    tree = mxc_sys_open_tree(b->at.home, name, MXC_OPEN_TREE_CLONE);
    if (tree < 0)
        return native_fail(err, "open_tree", "clone a cover for", step->to);
    b->closing[b->closing_count++] = tree;
    if (mxc_sys_mount_setattr(tree, 0, &writable) < 0)
        return native_fail(err, "mount_setattr", "open the cover for", step->to);
    return place(tree, at, step->to, err);
}

/* A mount that own.c has prepared. */
static int do_place(struct builder *b, const struct mxc_step *step, size_t index,
                    struct mxc_err *err)
{
    char own[NATIVE_PLACE_MAX];
    int tree = b->at.job->trees[index];
    auto_close int at = -1;

    if (tree < 0)
        return 0;
    if (!b->at.granted && native_own_place(&b->at, step, own)) {
        if (mxc_sys_move_mount(tree, "", AT_FDCWD, own, MXC_MOVE_FROM_EMPTY) < 0)
            return native_fail(err, "move_mount", "place the mount at", step->to);
        return 0;
    }
    at = open_place(b, step->to, err);
    return at < 0 ? -1 : place(tree, at, step->to, err);
}

static int do_proc(struct builder *b, const struct mxc_step *step, size_t index,
                   struct mxc_err *err)
{
    auto_close int at = -1;

    (void)index;
    if (!b->at.granted)
        return 0;
    at = open_place(b, step->to, err);
    if (at < 0)
        return -1;
    if (mxc_sys_move_mount(AT_FDCWD, NATIVE_PROC, at, "", MXC_MOVE_TO_EMPTY) < 0)
        return native_fail(err, "move_mount", "place", step->to);
    return 0;
}

typedef int step_function(struct builder *b, const struct mxc_step *step, size_t index,
                          struct mxc_err *err);

/* Steps without a row here are not about the root. */
static step_function *const actions[] = {
    [MXC_STEP_DIRECTORY] = do_make, [MXC_STEP_FILE] = do_make,       [MXC_STEP_SYMLINK] = do_make,
    [MXC_STEP_BIND] = do_bind,      [MXC_STEP_PIN] = do_pin,         [MXC_STEP_HIDE] = do_hide,
    [MXC_STEP_SHELL] = do_shell,    [MXC_STEP_TMP] = do_place,       [MXC_STEP_DEVICES] = do_place,
    [MXC_STEP_PROC] = do_proc,      [MXC_STEP_CONTENT] = do_content, [MXC_STEP_NOTE] = NULL,
};

static int do_steps(struct builder *b, struct mxc_err *err)
{
    const struct mxc_plan *plan = b->at.job->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];
        step_function *action =
            step->kind < sizeof actions / sizeof *actions ? actions[step->kind] : NULL;

        if (action && !native_is_own(&b->at, step) && action(b, step, i, err) < 0) {
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
    static const char *const names[] = { "/", "/.." };
    struct stat root, seen;

    if (fstat(b->at.root, &root) < 0)
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
    if (b->at.granted && fchdir(b->at.root) < 0)
        return native_fail(err, "fchdir", "enter", "root");
    if (mxc_sys_pivot_root(".", ".") < 0)
        return native_fail(err, "pivot_root", "change", "root");
    if (umount2(".", MNT_DETACH) < 0) /* the old root, which is stacked on the new one now */
        return native_fail(err, "umount2", "detach", "the old root");
    return check_alone(b, err);
}

/* A grant of "/" is cloned before anything of ours is mounted, which would come along. */
static int open_root_grant(struct native_job *job, struct mxc_err *err)
{
    for (size_t i = 0; i < job->plan->count; i++) {
        const struct mxc_step *step = &job->plan->steps[i];

        if (step->kind == MXC_STEP_BIND && !step->to[1] && job->trees[i] < 0)
            return native_grant_tree(step, &job->trees[i], err);
    }
    return 0;
}

int native_build_root(struct native_job *job, struct mxc_err *err)
{
    struct builder b = { .at = { .job = job, .store = -1, .home = -1, .root = -1 } };

    if (open_root_grant(job, err) < 0 || native_build_own(&b.at, err) < 0)
        return -1;
    if (do_steps(&b, err) < 0 || close_own(&b, err) < 0)
        return -1;
    return enter(&b, err); /* what is still open is closed by the caller, all at once */
}
