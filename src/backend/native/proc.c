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

/* Most is closed to the program already, whose id is not the host's root; this is the second wall,
 * and closes what everybody may read. Entries that a kernel lacks are skipped. */
static const struct {
    const char *name;
    enum treatment treatment;
} entries[] = {
    { "kcore", HIDE_FILE }, /* memory of the host */
    { "keys", HIDE_FILE },  /* keyrings of the same uid on the host */
    { "key-users", HIDE_FILE },
    { "kmsg", HIDE_FILE },
    { "timer_list", HIDE_FILE }, /* names and addresses of host processes */
    { "interrupts", HIDE_FILE }, /* timing side channels */
    { "sysrq-trigger", HIDE_FILE },
    { "latency_stats", HIDE_FILE },
    { "acpi", HIDE_DIRECTORY },
    { "asound", HIDE_DIRECTORY },
    { "scsi", HIDE_DIRECTORY },
    { "bus", READ_ONLY },
    { "fs", READ_ONLY },
    { "irq", READ_ONLY },
    { "sys", READ_ONLY },
    { "pressure", READ_ONLY }, /* everybody may have the kernel watch the whole host */
};

#define PROC_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* Entries that this kernel lacks are skipped. */
static int treat(size_t index, struct mxc_err *err)
{
    static const char *const names[] = { "hide", "hide", "make read-only" };
    enum treatment treatment = entries[index].treatment;
    char place[48];
    int done;

    (void)snprintf(place, sizeof place, NATIVE_PROC "/%s", entries[index].name);
    if (treatment == READ_ONLY)
        done = mount(place, place, NULL, MS_BIND | MS_REC, NULL);
    else
        done = native_mask_place(
            treatment == HIDE_DIRECTORY ? MXC_OBJECT_DIRECTORY : MXC_OBJECT_FILE, place);
    return done < 0 && errno != ENOENT ? native_fail(err, "mount", names[treatment], place) : 0;
}

static int remount(unsigned long flags, struct mxc_err *err)
{
    if (mount(NULL, NATIVE_PROC, NULL, MS_REMOUNT | MS_BIND | PROC_FLAGS | flags, NULL) < 0)
        return native_fail(err, "mount", "remount", "/proc");
    return 0;
}

/* A bind mount takes over the flags of the mount that it is made from: while all of /proc is
 * read-only, its parts that are to stay so are bound onto themselves. */
static int treat_all(struct mxc_err *err)
{
    if (remount(MS_RDONLY, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (treat(i, err) < 0)
            return -1;
    return remount(0, err);
}

/* Ceilings of the new user namespace, which only its own privileges (init still has them) can set.
 * What the program takes counts for the caller on the host as well, where others need it. */
static const struct {
    const char *path;
    const char *value;
} ceilings[] = {
    { NATIVE_PROC "/sys/user/max_user_namespaces", "0" },    /* a wall behind the filter */
    { NATIVE_PROC "/sys/user/max_inotify_instances", "64" }, /* of 128 a user has, as a rule */
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

int native_mount_proc(struct mxc_err *err)
{
    if (mount("proc", NATIVE_PROC, "proc", PROC_FLAGS, NULL) < 0)
        return explain_proc(err);
    return set_ceilings(err) < 0 ? -1 : treat_all(err);
}
