/* SPDX-License-Identifier: MIT */
/* What is ours in the new root: the store, its directories and links, the baseline and its masks.
 * Few calls: one mount(2) for each mount, and one mount_setattr() that restricts all of them
 * together. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/root.h"
#include "base/auto.h"
#include "plan/index.h"
#include "plan/path.h"
#include "sys/linux/kernel.h"

/* ---- places */

/* Does the step put something of the policy at its place, which others may change? */
static bool is_foreign(const struct mxc_step *step)
{
    switch (step->kind) {
    case MXC_STEP_BIND:
        return !(step->flags & MXC_STEP_OPTIONAL);
    case MXC_STEP_HIDE:
        return step->pointer;
    case MXC_STEP_PIN:
    case MXC_STEP_SHELL:
        return true;
    default:
        return false;
    }
}

int native_find_foreign(struct native_job *job, struct mxc_err *err)
{
    const struct mxc_plan *plan = job->plan;
    struct mxc_index index;

    job->foreign = mxc_arena_alloc(&job->arena, (plan->count + 1) * sizeof *job->foreign);
    if (!job->foreign || mxc_index_init(&job->arena, &index, plan->count) < 0)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    for (size_t i = 0; i < plan->count; i++)
        if (is_foreign(&plan->steps[i]) &&
            mxc_index_add(&job->arena, &index, 0, plan->steps[i].to, i) < 0)
            return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    for (size_t i = 0; i < plan->count; i++) {
        const char *path = plan->steps[i].to;
        size_t length = path ? strlen(path) : 0;

        while (!job->foreign[i] && (length = mxc_path_up(path, length))) {
            const struct mxc_index_item *item = mxc_index_find(&index, 0, path, length);

            job->foreign[i] = item ? &plan->steps[item->value] : NULL;
        }
    }
    return 0;
}

/* The deepest foreign step strictly above, or NULL. */
static const struct mxc_step *foreign_above(const struct native_root *r,
                                            const struct mxc_step *step)
{
    return r->job->foreign[step - r->job->plan->steps];
}

bool native_own_place(const struct native_root *r, const struct mxc_step *step,
                      char place[NATIVE_PLACE_MAX])
{
    const struct mxc_plan *plan = r->job->plan;
    const struct mxc_step *above = foreign_above(r, step);
    int length;

    /* /dev is ours also where a grant of "/" is the root, and is laid over the host's then. */
    if (above && (mxc_path_within(above->to, "/dev") || !mxc_path_within(step->to, "/dev") ||
                  !mxc_plan_find(plan, MXC_STEP_DEVICES)))
        return false;
    length = snprintf(place, NATIVE_PLACE_MAX, "%s", step->to + 1);
    return length > 0 && length < NATIVE_PLACE_MAX;
}

bool native_is_own(const struct native_root *r, const struct mxc_step *step)
{
    char place[NATIVE_PLACE_MAX];

    switch (step->kind) {
    case MXC_STEP_DIRECTORY:
    case MXC_STEP_FILE:
    case MXC_STEP_SYMLINK:
        return native_own_place(r, step, place);
    case MXC_STEP_BIND:
    case MXC_STEP_HIDE:
    case MXC_STEP_CONTENT:
        return !is_foreign(step) && !foreign_above(r, step);
    default:
        return false;
    }
}

/* ---- the store */

/* The first thing that needs the rights of the new user namespace. Some hosts let anybody make one
 * and then give no rights in it; the executor finds out which and says so. */
static int fail_first_mount(struct mxc_err *err)
{
    (void)native_fail(err, NATIVE_FIRST_MOUNT, "make", "tmpfs");
    if (err->sys == EPERM || err->sys == EACCES)
        err->code = MXC_UNAVAILABLE;
    return -1;
}

/* Directories can be cloned only from an attached mount. Nothing below /proc can be granted, so
 * nothing that is needed is hidden there, and it goes away with the old root. */
static int make_store(struct native_root *r, struct mxc_err *err)
{
    unsigned long long bytes = r->job->tmp_bytes;
    char options[80];

    /* An inode costs the host about a kilobyte that the size does not count. */
    (void)snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=0755", bytes,
                   bytes / 4096 + 4096);
    /* Private, all of it: what the host mounts from now on must not come along with what is cloned
     * here. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("mxc", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
        return fail_first_mount(err);
    if (chdir("/proc") < 0)
        return native_fail(err, "chdir", "enter", "tmpfs");
    r->store = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (r->store < 0 || mkdir(NATIVE_PROC, 0755) < 0 || mkdir(NATIVE_DEV, 0755) < 0 ||
        mkdir(NATIVE_HOME, 0755) < 0)
        return native_fail(err, "mkdir", "make", "/" NATIVE_HOME);
    r->home = open(NATIVE_HOME, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (r->home < 0)
        return native_fail(err, "open", "open", "/" NATIVE_HOME);
    r->root = r->store;
    return 0;
}

/* ---- masks: objects of mode 000 that cover what is denied */

/* What covers each type. A device or a link cannot be made here, so a file covers it. */
static const struct {
    const char *name;
    mode_t type;
} masks_of[] = {
    [MXC_OBJECT_MISSING] = { "file", S_IFREG },
    [MXC_OBJECT_FILE] = { "file", S_IFREG },
    [MXC_OBJECT_DIRECTORY] = { "directory", S_IFDIR },
    [MXC_OBJECT_SYMLINK] = { "file", S_IFREG },
    [MXC_OBJECT_FIFO] = { "fifo", S_IFIFO },
    [MXC_OBJECT_SOCKET] = { "socket", S_IFSOCK },
    [MXC_OBJECT_CHARACTER_DEVICE] = { "file", S_IFREG },
    [MXC_OBJECT_BLOCK_DEVICE] = { "file", S_IFREG },
};

static int make_mask(const struct native_root *r, enum mxc_object object, struct mxc_err *err)
{
    const char *name = masks_of[object].name;
    int made = masks_of[object].type == S_IFDIR ? mkdirat(r->home, name, 0)
                                                : mknodat(r->home, name, masks_of[object].type, 0);

    return made < 0 && errno != EEXIST ? native_fail(err, "mknodat", "make the mask", name) : 0;
}

/* /proc needs these two; other types only for a denial of one. */
static int make_masks(const struct native_root *r, struct mxc_err *err)
{
    const struct mxc_plan *plan = r->job->plan;

    if (make_mask(r, MXC_OBJECT_FILE, err) < 0 || make_mask(r, MXC_OBJECT_DIRECTORY, err) < 0)
        return -1;
    for (size_t i = 0; i < plan->count; i++) {
        enum mxc_object object = plan->steps[i].object;

        if (plan->steps[i].kind == MXC_STEP_HIDE &&
            (object == MXC_OBJECT_FIFO || object == MXC_OBJECT_SOCKET) &&
            make_mask(r, object, err) < 0)
            return -1;
    }
    return 0;
}

/* Its owner is the program's id: only the read-only mount, taken over from the sealed store, keeps
 * it from chmod(). */
int native_mask_tree(const struct native_root *r, enum mxc_object object, struct mxc_err *err)
{
    const char *name = masks_of[object].name;
    int tree = mxc_sys_open_tree(r->home, name, MXC_OPEN_TREE_CLONE);

    return tree < 0 ? native_fail(err, "open_tree", "clone the mask", name) : tree;
}

int native_mask_place(enum mxc_object object, const char *place)
{
    char mask[32];

    (void)snprintf(mask, sizeof mask, NATIVE_HOME "/%s", masks_of[object].name);
    return mount(mask, place, NULL, MS_BIND, NULL);
}

/* ---- names in the store */

void native_text_place(size_t index, char place[48])
{
    (void)snprintf(place, 48, NATIVE_HOME "/text%zu", index);
}

static int make_private(const struct native_root *r, const struct mxc_step *step, size_t index,
                        struct mxc_err *err)
{
    char place[NATIVE_PLACE_MAX];
    int *tree = &r->job->trees[index];

    if (!native_own_place(r, step, place)) {
        (void)snprintf(place, sizeof place, NATIVE_HOME "/tmp%zu", index);
        if (mkdir(place, 0700) < 0)
            return native_fail(err, "mkdir", "make", step->to);
    }
    if (chmod(place, 01777) < 0)
        return native_fail(err, "chmod", "open to everybody", step->to);
    *tree = mxc_sys_open_tree(AT_FDCWD, place, MXC_OPEN_TREE_CLONE);
    return *tree < 0 ? native_fail(err, "open_tree", "clone", step->to) : 0;
}

static int make_cover(const struct native_root *r, const struct mxc_step *step, size_t index,
                      struct mxc_err *err)
{
    char place[48];

    (void)r;
    (void)snprintf(place, sizeof place, NATIVE_HOME "/shell%zu", index);
    return mkdir(place, 0755) < 0 ? native_fail(err, "mkdir", "make a cover for", step->to) : 0;
}

static int make_dev(const struct native_root *r, const struct mxc_step *step, size_t index,
                    struct mxc_err *err)
{
    (void)r;
    (void)step;
    (void)index;
    return native_make_devices(err);
}

static int make_name(const struct native_root *r, const struct mxc_step *step, size_t index,
                     struct mxc_err *err)
{
    char place[NATIVE_PLACE_MAX];
    int made;

    (void)index;
    if (!native_own_place(r, step, place) || !strcmp(place, NATIVE_PROC) ||
        !strcmp(place, NATIVE_DEV))
        return 0;
    if (step->kind == MXC_STEP_DIRECTORY)
        made = mkdir(place, 0755);
    else if (step->kind == MXC_STEP_FILE)
        made = mknod(place, S_IFREG | 0444, 0);
    else
        made = symlink(step->from, place);
    if (made < 0 && errno != EEXIST)
        return native_fail(err, "mkdir", "make in the new root", step->to);
    return 0;
}

/* A file with the text of the step; its mount covers another later. */
static int make_text(const struct native_root *r, const struct mxc_step *step, size_t index,
                     struct mxc_err *err)
{
    const ssize_t length = (ssize_t)strlen(step->from);
    char place[48];
    auto_close int fd = -1;

    (void)r;
    native_text_place(index, place);
    fd = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0 || write(fd, step->from, (size_t)length) != length)
        return native_fail(err, "write", "make the text for", step->to);
    return 0;
}

typedef int own_function(const struct native_root *r, const struct mxc_step *step, size_t index,
                         struct mxc_err *err);

static own_function *const makers[] = {
    [MXC_STEP_DIRECTORY] = make_name, [MXC_STEP_FILE] = make_name,   [MXC_STEP_SYMLINK] = make_name,
    [MXC_STEP_TMP] = make_private,    [MXC_STEP_SHELL] = make_cover, [MXC_STEP_DEVICES] = make_dev,
    [MXC_STEP_CONTENT] = make_text,   [MXC_STEP_NOTE] = NULL,
};

/* ---- the baseline */

static int mount_baseline(const struct native_root *r, const struct mxc_step *step, size_t index,
                          struct mxc_err *err)
{
    unsigned long flags = MS_BIND | (step->flags & MXC_STEP_RECURSIVE ? MS_REC : 0);

    (void)index;
    if (!native_is_own(r, step))
        return 0;
    if (mount(step->from, step->to + 1, NULL, flags, NULL) < 0 && errno != ENOENT)
        return native_fail(err, "mount", "show", step->from);
    return 0;
}

static int mask_baseline(const struct native_root *r, const struct mxc_step *step, size_t index,
                         struct mxc_err *err)
{
    (void)index;
    if (native_is_own(r, step) && native_mask_place(step->object, step->to + 1) < 0)
        return native_fail(err, "mount", "hide", step->to);
    return 0;
}

static int cover_baseline(const struct native_root *r, const struct mxc_step *step, size_t index,
                          struct mxc_err *err)
{
    char place[48];

    native_text_place(index, place);
    if (native_is_own(r, step) && mount(place, step->to + 1, NULL, MS_BIND, NULL) < 0)
        return native_fail(err, "mount", "cover", step->to);
    return 0;
}

static own_function *const mounters[] = {
    [MXC_STEP_BIND] = mount_baseline,
    [MXC_STEP_HIDE] = mask_baseline,
    [MXC_STEP_CONTENT] = cover_baseline,
    [MXC_STEP_NOTE] = NULL,
};

/* From here on nothing in the store changes by these mounts, and what is cloned from it is
 * read-only too. */
static int seal(const struct native_root *r, struct mxc_err *err)
{
    const struct mxc_mount_attr attr = {
        .attr_set = MXC_ATTR_RDONLY | MXC_ATTR_NOSUID | MXC_ATTR_NODEV,
    };

    if (mxc_sys_mount_setattr(r->store, MXC_AT_RECURSIVE, &attr) < 0)
        return native_fail(err, "mount_setattr", "make read-only", "the new root");
    return 0;
}

/* ---- all of it */

static int for_each(const struct native_root *r, own_function *const *table, size_t size,
                    struct mxc_err *err)
{
    const struct mxc_plan *plan = r->job->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];

        if (step->kind < size && table[step->kind] && table[step->kind](r, step, i, err) < 0)
            return -1;
    }
    return 0;
}

/* /dev is a directory of the new root; under a granted "/" a mount, placed when that grant is. */
static int fill_dev(const struct native_root *r, struct mxc_err *err)
{
    const struct mxc_step *step = mxc_plan_find(r->job->plan, MXC_STEP_DEVICES);
    int *tree;

    if (!step)
        return 0;
    if (native_mount_devices(err) < 0)
        return -1;
    if (!foreign_above(r, step))
        return 0;
    tree = &r->job->trees[step - r->job->plan->steps];
    *tree = mxc_sys_open_tree(AT_FDCWD, NATIVE_DEV, MXC_OPEN_TREE_CLONE | MXC_AT_RECURSIVE);
    return *tree < 0 ? native_fail(err, "open_tree", "clone", step->to) : 0;
}

int native_build_own(struct native_root *r, struct mxc_err *err)
{
    if (make_store(r, err) < 0 || make_masks(r, err) < 0)
        return -1;
    if (for_each(r, makers, sizeof makers / sizeof *makers, err) < 0 ||
        for_each(r, mounters, sizeof mounters / sizeof *mounters, err) < 0 || seal(r, err) < 0)
        return -1;
    if (mxc_plan_find(r->job->plan, MXC_STEP_PROC) && native_mount_proc(err) < 0)
        return -1;
    return fill_dev(r, err);
}
