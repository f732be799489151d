/* SPDX-License-Identifier: MIT */
/* /dev: the harmless nodes of the host, and a terminal instance of its own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

/* Numbers from Documentation/admin-guide/devices.txt of the kernel: what is bound must be the device
 * itself, whatever stands at its name. */
static const struct {
    const char *host;
    const char *name;
    unsigned major_number, minor_number;
} nodes[] = {
    { "/dev/null", "null", 1, 3 },       { "/dev/zero", "zero", 1, 5 },
    { "/dev/full", "full", 1, 7 },       { "/dev/random", "random", 1, 8 },
    { "/dev/urandom", "urandom", 1, 9 }, { "/dev/tty", "tty", 5, 0 },
};

static const struct {
    const char *name;
    const char *text;
} links[] = {
    { "fd", "/proc/self/fd" },       { "stdin", "/proc/self/fd/0" },
    { "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" },
    { "ptmx", "pts/ptmx" },
};

/* All instances share the host's kernel.pty.max (4096 as a rule): one sandbox must not take them all. */
#define MAX_TERMINALS "256"

static int add_node(int dev, size_t index, struct mxc_err *err)
{
    struct stat info;
    auto_close int tree =
        mxc_sys_open_tree(AT_FDCWD, nodes[index].host, MXC_OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);

    if (tree < 0)
        return native_fail(err, "open_tree", "clone", nodes[index].host);
    if (fstat(tree, &info) < 0)
        return native_fail(err, "fstat", "examine", nodes[index].host);
    if (!S_ISCHR(info.st_mode) ||
        info.st_rdev != makedev(nodes[index].major_number, nodes[index].minor_number))
        return mxc_fail(err, MXC_BACKEND, ENODEV, "fstat", "'%s' is not character device %u:%u",
                        nodes[index].host, nodes[index].major_number, nodes[index].minor_number);
    if (mknodat(dev, nodes[index].name, S_IFREG | 0444, 0) < 0)
        return native_fail(err, "mknodat", "make a mount point for", nodes[index].host);
    if (mxc_sys_move_mount(tree, "", dev, nodes[index].name, MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "place", nodes[index].host);
    return 0;
}

static int add_terminals(int dev, struct mxc_err *err)
{
    auto_close int fs = mxc_sys_fsopen("devpts");
    auto_close int tree = -1;

    if (fs < 0 || mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "ptmxmode", "0666") < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "mode", "0620") < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_SET_STRING, "max", MAX_TERMINALS) < 0 ||
        mxc_sys_fsconfig(fs, MXC_FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
        return native_fail(err, "fsopen", "make", "devpts");
    tree = mxc_sys_fsmount(fs, MXC_ATTR_NOSUID | MXC_ATTR_NOEXEC);
    if (tree < 0)
        return native_fail(err, "fsmount", "make", "devpts");
    if (mkdirat(dev, "pts", 0755) < 0)
        return native_fail(err, "mkdirat", "make", "/dev/pts");
    if (mxc_sys_move_mount(tree, "", dev, "pts", MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "place", "/dev/pts");
    return 0;
}

/* A directory of our own also when "/" is granted and the host's /dev would show through. */
static int make_dev(int store, int root, struct mxc_err *err)
{
    auto_close int dev = -1;

    if (mkdirat(store, "dev", 0755) < 0)
        return native_fail(err, "mkdirat", "make", "/dev");
    dev = mxc_sys_open_tree(store, "dev", MXC_OPEN_TREE_CLONE);
    if (dev < 0)
        return native_fail(err, "open_tree", "clone", "/dev");
    if (mxc_sys_move_mount(dev, "", root, "dev", MXC_MOVE_FROM_EMPTY) < 0)
        return native_fail(err, "move_mount", "place", "/dev");
    return mxc_take_fd(&dev);
}

int native_mount_devices(int store, int root, int *out, struct mxc_err *err)
{
    auto_close int dev = make_dev(store, root, err);

    if (dev < 0)
        return -1;
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (add_node(dev, i, err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlinkat(links[i].text, dev, links[i].name) < 0)
            return native_fail(err, "symlinkat", "make in /dev the link", links[i].name);
    if (add_terminals(dev, err) < 0)
        return -1;
    *out = mxc_take_fd(&dev);
    return 0;
}
