/* SPDX-License-Identifier: MIT */
/* Masks, and the fresh /proc with its dangerous entries covered. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

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

static int make_mask(const struct native_masks *masks, enum mxc_object object)
{
    if (masks_of[object].type == S_IFDIR)
        return mkdirat(masks->home, masks_of[object].name, 0);
    return mknodat(masks->home, masks_of[object].name, masks_of[object].type, 0);
}

int native_mask_tree(struct native_masks *masks, enum mxc_object object, struct mxc_err *err)
{
    struct mxc_mount_attr attr = {
        .attr_set = MXC_ATTR_RDONLY | MXC_ATTR_NOSUID | MXC_ATTR_NODEV | MXC_ATTR_NOEXEC,
    };
    const char *name = masks_of[object].name;
    auto_close int tree = mxc_sys_open_tree(masks->home, name, MXC_OPEN_TREE_CLONE);

    if (tree < 0 && errno == ENOENT) {
        if (make_mask(masks, object) < 0)
            return native_fail(err, "mknodat", "make the mask", name);
        tree = mxc_sys_open_tree(masks->home, name, MXC_OPEN_TREE_CLONE);
    }
    if (tree < 0)
        return native_fail(err, "open_tree", "clone the mask", name);
    /* Its owner is the program's id: only the read-only mount keeps it from chmod(). */
    if (mxc_sys_mount_setattr(tree, 0, &attr) < 0)
        return native_fail(err, "mount_setattr", "restrict the mask", name);
    return mxc_take_fd(&tree);
}

enum treatment { HIDE_FILE, HIDE_DIRECTORY, READ_ONLY };

/* Most is closed to the program already, whose id is not the host's root; this is the second wall, and
 * closes what everybody may read. Entries that a kernel lacks are skipped. */
static const struct {
    const char *name;
    enum treatment treatment;
} entries[] = {
    { "kcore", HIDE_FILE }, /* memory of the host */
    { "keys", HIDE_FILE },  /* keyrings of the same uid on the host */
    { "key-users", HIDE_FILE },     { "kmsg", HIDE_FILE },
    { "timer_list", HIDE_FILE }, /* names and addresses of host processes */
    { "interrupts", HIDE_FILE }, /* timing side channels */
    { "sysrq-trigger", HIDE_FILE }, { "latency_stats", HIDE_FILE },
    { "sched_debug", HIDE_FILE },   { "acpi", HIDE_DIRECTORY },
    { "asound", HIDE_DIRECTORY },   { "scsi", HIDE_DIRECTORY },
    { "bus", READ_ONLY },           { "fs", READ_ONLY },
    { "irq", READ_ONLY },           { "sys", READ_ONLY },
};

static int make_read_only(int proc, const char *name)
{
    struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_RDONLY };
    auto_close int tree = mxc_sys_open_tree(proc, name, MXC_OPEN_TREE_CLONE | MXC_AT_RECURSIVE);

    if (tree < 0)
        return -1;
    if (mxc_sys_mount_setattr(tree, MXC_AT_RECURSIVE, &attr) < 0)
        return -1;
    return mxc_sys_move_mount(tree, "", proc, name, MXC_MOVE_FROM_EMPTY);
}

static int cover(int proc, struct native_masks *masks, size_t index, struct mxc_err *err)
{
    bool directory = entries[index].treatment == HIDE_DIRECTORY;
    const char *name = entries[index].name;
    auto_close int tree = -1;

    if (entries[index].treatment == READ_ONLY) {
        if (make_read_only(proc, name) < 0 && errno != ENOENT)
            return native_fail(err, "mount_setattr", "make read-only in /proc", name);
        return 0;
    }
    if (faccessat(proc, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
        return 0;
    tree = native_mask_tree(masks, directory ? MXC_OBJECT_DIRECTORY : MXC_OBJECT_FILE, err);
    if (tree < 0)
        return -1;
    if (mxc_sys_move_mount(tree, "", proc, name, MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "mask in /proc", name);
    return 0;
}

/* Ceilings of the new user namespace, which only its own privileges (init still has them) can set. What the
 * program takes counts for the caller on the host as well, where others need it. */
static const struct {
    const char *path;
    const char *value;
} ceilings[] = {
    { "sys/user/max_user_namespaces", "0" },    /* a wall behind the system call filter */
    { "sys/user/max_inotify_instances", "64" }, /* of 128 that a user has, as a rule */
};

static int set_ceilings(int proc, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++)
        if (mxc_sys_write_at(proc, ceilings[i].path, ceilings[i].value) < 0 && errno != ENOENT)
            return native_fail(err, "write", "set in /proc", ceilings[i].path);
    return 0;
}

static int explain_proc(struct mxc_err *err)
{
    if (errno != EPERM)
        return native_fail(err, "fsmount", "mount", "/proc");
    return mxc_fail(
        err, MXC_UNAVAILABLE, EPERM, "proc",
        "no fresh /proc can be mounted, because the container around this process hides "
        "parts of its own; start it with --security-opt systempaths=unconfined "
        "(docker) or --security-opt unmask=ALL (podman)");
}

int native_mount_proc(int root, struct native_masks *masks, struct mxc_err *err)
{
    auto_close int fs = mxc_sys_fsopen("proc");
    auto_close int proc = -1;

    if (fs < 0 || mxc_sys_fsconfig(fs, MXC_FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
        return explain_proc(err);
    proc = mxc_sys_fsmount(fs, MXC_ATTR_NOSUID | MXC_ATTR_NODEV | MXC_ATTR_NOEXEC);
    if (proc < 0)
        return explain_proc(err);
    if (mxc_sys_move_mount(proc, "", root, "proc", MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "place", "/proc");
    if (set_ceilings(proc, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (cover(proc, masks, i, err) < 0)
            return -1;
    return 0;
}
