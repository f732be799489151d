/* SPDX-License-Identifier: MIT */
/* Every route to a namespace, and every call that arranges mounts. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define AT_DETACHED              0x8001u /* OPEN_TREE_CLONE, with everything below */
#define SYS_NUMBER_OPEN_TREE     428
#define SYS_NUMBER_MOVE_MOUNT    429
#define SYS_NUMBER_FSOPEN        430
#define SYS_NUMBER_FSCONFIG      431
#define SYS_NUMBER_FSMOUNT       432
#define SYS_NUMBER_FSPICK        433
#define SYS_NUMBER_MOUNT_SETATTR 442
#define SYS_NUMBER_STATMOUNT     457
#define SYS_NUMBER_LISTMOUNT     458

static int leave(const struct probe *probe)
{
    return worked(syscall(SYS_unshare, (unsigned long)probe->n[0]));
}

static int child_of(long pid)
{
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        (void)status_of((int)pid);
    return worked(pid);
}

static int by_clone(const struct probe *probe)
{
    return child_of(syscall(SYS_clone, (unsigned long)probe->n[0] | SIGCHLD, 0, NULL, NULL, 0));
}

/* The flags lie in memory: here with a second one that another thread could have written. */
static int by_clone3(const struct probe *probe)
{
    struct clone_args args = { .flags = (uint64_t)probe->n[0], .exit_signal = SIGCHLD };

    return child_of(syscall(SYS_clone3, &args, sizeof args));
}

static int join(const struct probe *probe)
{
    int fd = open(probe->word, O_RDONLY);

    return fd < 0 ? -1 : worked(syscall(SYS_setns, fd, 0));
}

static int join_by_pidfd(const struct probe *probe)
{
    long pidfd = syscall(SYS_pidfd_open, getppid(), 0);

    return pidfd < 0 ? -1 : worked(syscall(SYS_setns, pidfd, probe->n[0]));
}

/* ioctls of nsfs lead from a namespace to its parent and its owner. */
static int parent_space(const struct probe *probe)
{
    int fd = open("/proc/self/ns/user", O_RDONLY);

    return fd < 0 ? -1 : worked(syscall(SYS_ioctl, fd, probe->n[0]));
}

static int mount_new(const struct probe *probe)
{
    return mount("none", given("rw"), probe->word, 0, NULL);
}

static int mount_bind(const struct probe *probe)
{
    return mount(given("rw"), path_of("%s", given("rw")), NULL, (unsigned long)probe->n[0], NULL);
}

static int remount(const struct probe *probe)
{
    return mount(NULL, given(probe->word), NULL, MS_REMOUNT | MS_BIND, NULL);
}

static int propagate(const struct probe *probe)
{
    (void)probe;
    return mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL);
}

static int unmount(const struct probe *probe)
{
    return umount2(probe->word, MNT_DETACH);
}

/* Takes the cover off a denied file. */
static int uncover(const struct probe *probe)
{
    if (umount2(target(probe), MNT_DETACH) < 0)
        return -1;
    return tell(target(probe));
}

static int open_filesystem(const struct probe *probe)
{
    return worked(syscall(SYS_NUMBER_FSOPEN, probe->word, 0));
}

/* CVE-2022-0185 needs one call of this on an open filesystem context; a wrong descriptor does no harm
 * where it would get that far. */
static int configure_filesystem(const struct probe *probe)
{
    long fs = syscall(SYS_NUMBER_FSOPEN, "tmpfs", 0);

    (void)probe;
    return worked(syscall(SYS_NUMBER_FSCONFIG, fs, 1 /* SET_STRING */, "size", "1m", 0));
}

static int make_mount(const struct probe *probe)
{
    long fs = syscall(SYS_NUMBER_FSOPEN, "tmpfs", 0);

    (void)probe;
    (void)syscall(SYS_NUMBER_FSCONFIG, fs, 6 /* CMD_CREATE */, NULL, NULL, 0);
    return worked(syscall(SYS_NUMBER_FSMOUNT, fs, 0, 0));
}

static int pick(const struct probe *probe)
{
    return worked(syscall(SYS_NUMBER_FSPICK, AT_FDCWD, probe->word, 0));
}

static int clone_tree(const struct probe *probe)
{
    return worked(syscall(SYS_NUMBER_OPEN_TREE, AT_FDCWD, probe->word, AT_DETACHED));
}

static int move_tree(const struct probe *probe)
{
    long tree = syscall(SYS_NUMBER_OPEN_TREE, AT_FDCWD, given("rw"), AT_DETACHED);

    (void)probe;
    return worked(syscall(SYS_NUMBER_MOVE_MOUNT, tree, "", AT_FDCWD, given("rw"), 4));
}

/* Clears the read-only flag of a grant. */
static int unprotect(const struct probe *probe)
{
    uint64_t attr[4] = { 0, 1 /* MOUNT_ATTR_RDONLY */, 0, 0 };

    if (syscall(SYS_NUMBER_MOUNT_SETATTR, AT_FDCWD, given(probe->word), 0, attr, sizeof attr) < 0)
        return -1;
    return WORKED;
}

/* Mounts of another namespace by its number, which the driver knows. */
static int foreign_mounts(const struct probe *probe)
{
    struct {
        uint32_t size, spare;
        uint64_t mount, param, space;
    } request = { sizeof request, 0, UINT64_MAX, 0, strtoull(given("mount-namespace"), NULL, 0) };
    uint64_t found[8];

    (void)probe;
    return worked(syscall(SYS_NUMBER_LISTMOUNT, &request, found, COUNT(found), 0));
}

static int new_root(const struct probe *probe)
{
    (void)probe;
    return chroot(given("rw"));
}

static int pivot(const struct probe *probe)
{
    (void)probe;
    if (chdir(given("rw")) < 0)
        return -1;
    return worked(syscall(SYS_pivot_root, ".", "."));
}

static int rename_host(const struct probe *probe)
{
    char name[65];

    (void)probe;
    if (gethostname(name, sizeof name) < 0)
        return -1;
    return sethostname(name, strlen(name));
}

#define NESTED   "CVE-2016-3135, CVE-2022-0185 and all that needs a new user namespace"
#define MOUNTING "mounts belong to the engine"
#define RESTRICT "restrictions of a mount"
#define HIGH     "arguments of 64 bits"
#define NEW(flag, title, how)                                                                      \
    {                                                                                              \
        "unshare-" title, NESTED, "unshare(" #flag ")", RIGHT, "EPERM", how, leave, NULL,          \
        {                                                                                          \
            flag                                                                                   \
        }                                                                                          \
    }
#define CLONED(flag, title)                                                                        \
    {                                                                                              \
        "clone-" title, NESTED, "clone(" #flag ")", RIGHT, "EPERM", OWN, by_clone, NULL,           \
        {                                                                                          \
            flag                                                                                   \
        }                                                                                          \
    }

const struct probe space_probes[] = {
    NEW(CLONE_NEWUSER, "user", OUTSIDE),
    NEW(CLONE_NEWNS, "mount", OWN),
    NEW(CLONE_NEWPID, "pid", OWN),
    NEW(CLONE_NEWNET, "net", OWN),
    NEW(CLONE_NEWIPC, "ipc", OWN),
    NEW(CLONE_NEWUTS, "uts", OWN),
    NEW(CLONE_NEWCGROUP, "cgroup", OWN),
    { "unshare-time",
      NESTED,
      "unshare(CLONE_NEWTIME)",
      RIGHT,
      "EPERM",
      OWN,
      leave,
      NULL,
      { CLONE_NEWTIME } },
    { "unshare-high",
      HIGH,
      "unshare(CLONE_NEWUSER) with an upper bit set",
      RIGHT,
      "EPERM",
      NOWHERE,
      leave,
      NULL,
      { (1L << 40) | CLONE_NEWUSER } },
    CLONED(CLONE_NEWUSER, "user"),
    CLONED(CLONE_NEWNS, "mount"),
    CLONED(CLONE_NEWPID, "pid"),
    CLONED(CLONE_NEWNET, "net"),
    { "clone-high",
      HIGH,
      "clone(CLONE_NEWUSER) with an upper bit set",
      RIGHT,
      "EPERM",
      NOWHERE,
      by_clone,
      NULL,
      { (1L << 40) | CLONE_NEWUSER } },
    { "clone3-user",
      NESTED,
      "clone3(CLONE_NEWUSER)",
      RIGHT,
      "ENOSYS",
      OUTSIDE,
      by_clone3,
      NULL,
      { CLONE_NEWUSER } },
    { "clone3-time",
      NESTED,
      "clone3(CLONE_NEWTIME)",
      RIGHT,
      "ENOSYS",
      OWN,
      by_clone3,
      NULL,
      { CLONE_NEWTIME } },
    { "clone3-plain",
      "flags in memory that a thread can change",
      "clone3 without a flag",
      RIGHT,
      "ENOSYS",
      OUTSIDE,
      by_clone3,
      NULL,
      { 0 } },
    { "setns-net", "setns", "setns on its own network namespace", RIGHT, "EPERM", OWN, join,
      "/proc/self/ns/net" },
    { "setns-init", "setns", "setns on the mount namespace of process 1", RIGHT, "EACCES", NOWHERE,
      join, "/proc/1/ns/mnt" },
    { "setns-pidfd",
      "setns",
      "setns with a pidfd",
      RIGHT,
      "EPERM",
      OWN,
      join_by_pidfd,
      NULL,
      { CLONE_NEWUTS } },
    { "parent-namespace",
      "nsfs ioctls",
      "NS_GET_PARENT on its user namespace",
      RIGHT,
      "EPERM",
      NOWHERE,
      parent_space,
      NULL,
      { 0xb702 } },
    { "owner-namespace",
      "nsfs ioctls",
      "NS_GET_USERNS on its user namespace",
      RIGHT,
      "EPERM",
      NOWHERE,
      parent_space,
      NULL,
      { 0xb701 } },
    { "mount-tmpfs", MOUNTING, "mount a tmpfs on a grant", MACHINE, "EPERM", OWN, mount_new,
      "tmpfs" },
    { "mount-proc", "CVE-2025-52881: another /proc", "mount a second /proc", MACHINE, "EPERM", OWN,
      mount_new, "proc" },
    { "mount-sysfs", "SYS_ADMIN (SandboxEscapeBench)", "mount /sys", MACHINE, "EPERM", OWN,
      mount_new, "sysfs" },
    { "mount-cgroup", "CVE-2022-0492: release_agent", "mount a cgroup hierarchy", MACHINE, "EPERM",
      NOWHERE, mount_new, "cgroup2" },
    { "mount-overlay", "CVE-2021-3493, CVE-2023-0386: overlayfs", "mount an overlay", MACHINE,
      "EPERM", NOWHERE, mount_new, "overlay" },
    { "mount-bind",
      MOUNTING,
      "bind a grant onto itself",
      MACHINE,
      "EPERM",
      OWN,
      mount_bind,
      NULL,
      { MS_BIND } },
    { "remount-readonly", RESTRICT, "make a read-only grant writable", ALTERED, "EPERM", NOWHERE,
      remount, "ro" },
    { "mount-shared", "mount propagation", "make / shared with other namespaces", MACHINE, "EPERM",
      OWN, propagate },
    { "unmount-proc", MOUNTING, "unmount /proc", MACHINE, "EPERM", NOWHERE, unmount, "/proc" },
    { "unmount-mask", "CVE-2025-31133 kind: take the mask away",
      "unmount the cover of a denied file", SECRET, "EPERM", NOWHERE, uncover, .zone = "single" },
    { "fsopen", "CVE-2022-0185", "fsopen(tmpfs)", RIGHT, "EPERM", OWN, open_filesystem, "tmpfs" },
    { "fsopen-ext4", "images of filesystems", "fsopen(ext4)", RIGHT, "EPERM", NOWHERE,
      open_filesystem, "ext4" },
    { "fsconfig", "CVE-2022-0185", "fsconfig on a context", RIGHT, "EPERM", OWN,
      configure_filesystem },
    { "fsmount", "new mount calls", "fsmount of a context", RIGHT, "EPERM", OWN, make_mount },
    { "fspick", "new mount calls", "fspick of /tmp", RIGHT, "EPERM", NOWHERE, pick, "/tmp" },
    { "open-tree", "new mount calls", "clone the tree of /", RIGHT, "EPERM", OWN, clone_tree, "/" },
    { "move-mount", "new mount calls", "move_mount onto a grant", RIGHT, "EPERM", OWN, move_tree },
    { "mount-setattr", RESTRICT, "clear the read-only flag of a grant", ALTERED, "EPERM", NOWHERE,
      unprotect, "ro" },
    { "listmount", "statmount and listmount", "list the host's mounts by the namespace's number",
      SECRET, "ENOENT EPERM ENOSYS EINVAL", BY_ROOT, foreign_mounts },
    { "chroot", "chroot escapes", "chroot to a grant", RIGHT, "EPERM", OWN, new_root },
    { "pivot-root", "chroot escapes", "pivot_root to a grant", RIGHT, "EPERM", NOWHERE, pivot },
    { "host-name", "UTS namespace", "set the host name that is set", MACHINE, "EPERM", OWN,
      rename_host },
    { 0 },
};
