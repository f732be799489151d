/* SPDX-License-Identifier: MIT */
/* The fresh /proc, its dangerous entries covered. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>

#include "backend/native/root.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

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

/* Covers what is to be hidden. A mask whose place this kernel lacks serves the next entry. Its descriptor
 * stays open until init closes all. */
static int cover(const struct native_root *r, const char *name, enum mxc_object object, int *spare,
                 struct mxc_err *err)
{
    if (*spare < 0)
        *spare = native_mask_tree(r, object, err);
    if (*spare < 0)
        return -1;
    if (mxc_sys_move_mount(*spare, "", AT_FDCWD, name, MXC_MOVE_FROM_EMPTY) == 0)
        *spare = -1;
    else if (errno != ENOENT)
        return native_fail(err, "move_mount", "mask in /proc", name);
    return 0;
}

static int cover_all(const struct native_root *r, struct mxc_err *err)
{
    int file = -1, directory = -1;
    char name[64];

    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        bool is_directory = entries[i].treatment == HIDE_DIRECTORY;

        (void)snprintf(name, sizeof name, NATIVE_HOME "/%s", entries[i].name);
        if (entries[i].treatment != READ_ONLY &&
            cover(r, name, is_directory ? MXC_OBJECT_DIRECTORY : MXC_OBJECT_FILE,
                  is_directory ? &directory : &file, err) < 0)
            return -1;
    }
    return 0;
}

#define PROC_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* A bind mount takes over the flags of the mount that it is made from: while all of /proc is read-only, its
 * parts that are to stay so are bound onto themselves. */
static int keep_read_only(struct mxc_err *err)
{
    char name[64];

    if (mount(NULL, NATIVE_HOME, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PROC_FLAGS, NULL) < 0)
        return native_fail(err, "mount", "make read-only", "/proc");
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        (void)snprintf(name, sizeof name, NATIVE_HOME "/%s", entries[i].name);
        if (entries[i].treatment == READ_ONLY &&
            mount(name, name, NULL, MS_BIND | MS_REC, NULL) < 0 && errno != ENOENT)
            return native_fail(err, "mount", "make read-only in /proc", name);
    }
    if (mount(NULL, NATIVE_HOME, NULL, MS_REMOUNT | MS_BIND | PROC_FLAGS, NULL) < 0)
        return native_fail(err, "mount", "make writable", "/proc");
    return 0;
}

/* Ceilings of the new user namespace, which only its own privileges (init still has them) can set. What the
 * program takes counts for the caller on the host as well, where others need it. */
static const struct {
    const char *path;
    const char *value;
} ceilings[] = {
    { NATIVE_HOME "/sys/user/max_user_namespaces", "0" },    /* a wall behind the filter */
    { NATIVE_HOME "/sys/user/max_inotify_instances", "64" }, /* of 128 a user has, as a rule */
};

static int set_ceilings(struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++)
        if (mxc_sys_write_at(AT_FDCWD, ceilings[i].path, ceilings[i].value) < 0 && errno != ENOENT)
            return native_fail(err, "write", "set in /proc", ceilings[i].path);
    return 0;
}

static int explain_proc(struct mxc_err *err)
{
    if (errno != EPERM)
        return native_fail(err, "mount", "mount", "/proc");
    return mxc_fail(
        err, MXC_UNAVAILABLE, EPERM, "proc",
        "no fresh /proc can be mounted, because the container around this process hides "
        "parts of its own; start it with --security-opt systempaths=unconfined "
        "(docker) or --security-opt unmask=ALL (podman)");
}

int native_mount_proc(const struct native_root *r, struct mxc_err *err)
{
    if (mount("proc", NATIVE_HOME, "proc", PROC_FLAGS, NULL) < 0)
        return explain_proc(err);
    if (set_ceilings(err) < 0 || keep_read_only(err) < 0)
        return -1;
    return cover_all(r, err);
}
