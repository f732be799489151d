/* SPDX-License-Identifier: MIT */
/* /dev: the harmless nodes of the host, and a terminal instance of its own. */
#include <errno.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "backend/native/root.h"

/* Numbers from Documentation/admin-guide/devices.txt of the kernel: what is bound must be the
 * device itself, whatever stands at its name. */
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

/* All instances share the host's kernel.pty.max (4096 as a rule): one sandbox must not take them
 * all. */
#define MAX_TERMINALS "256"

#define PLACE_MAX 32

static const char *at(const char *name, char out[PLACE_MAX])
{
    (void)snprintf(out, PLACE_MAX, NATIVE_DEV "/%s", name);
    return out;
}

int native_make_devices(struct mxc_err *err)
{
    char place[PLACE_MAX];

    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (mknod(at(nodes[i].name, place), S_IFREG | 0444, 0) < 0)
            return native_fail(err, "mknod", "make a mount point for", nodes[i].host);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlink(links[i].text, at(links[i].name, place)) < 0)
            return native_fail(err, "symlink", "make in /dev the link", links[i].name);
    return 0;
}

/* The mount is looked at, not the name: whatever was there a moment ago, this is what the program
 * gets. */
static int mount_node(size_t index, struct mxc_err *err)
{
    char place[PLACE_MAX];
    struct stat info;

    if (mount(nodes[index].host, at(nodes[index].name, place), NULL, MS_BIND, NULL) < 0)
        return native_fail(err, "mount", "show", nodes[index].host);
    if (lstat(place, &info) < 0)
        return native_fail(err, "lstat", "examine", nodes[index].host);
    if (!S_ISCHR(info.st_mode) ||
        info.st_rdev != makedev(nodes[index].major_number, nodes[index].minor_number))
        return mxc_fail(err, MXC_BACKEND, ENODEV, "lstat", "'%s' is not character device %u:%u",
                        nodes[index].host, nodes[index].major_number, nodes[index].minor_number);
    return 0;
}

int native_mount_devices(struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (mount_node(i, err) < 0)
            return -1;
    if (mount("devpts", NATIVE_HOME, "devpts", MS_NOSUID | MS_NOEXEC,
              "ptmxmode=0666,mode=0620,max=" MAX_TERMINALS) < 0)
        return native_fail(err, "mount", "make", "devpts");
    return 0;
}
