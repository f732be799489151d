/* SPDX-License-Identifier: MIT */
/* A policy that grants "/" read-only and the test's folder for writing: what must stay closed even then. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static int read_it(const struct probe *probe)
{
    return tell(probe->word ? probe->word : target(probe));
}

static int shared_tmp(const struct probe *probe)
{
    return tell(path_of("%s/attack-%s", probe->word, given("token")));
}

static int append(const struct probe *probe)
{
    int fd = open(target(probe), O_WRONLY | O_APPEND);

    return fd < 0 ? -1 : worked(write(fd, "forged\n", 7));
}

static int open_to_write(const struct probe *probe)
{
    return worked(open(probe->word, O_WRONLY));
}

static int make_folder(const struct probe *probe)
{
    const char *path = path_of("%s/attack-%d", probe->word, (int)getpid());

    return mkdir(path, 0755) < 0 ? -1 : rmdir(path);
}

static int open_device(const struct probe *probe)
{
    return worked(open(probe->word, O_RDONLY | O_NONBLOCK));
}

static const char *const harmless[] = {
    "null",   "zero",   "full", "random", "urandom", "tty", "fd", "stdin",
    "stdout", "stderr", "ptmx", "pts",    "shm",     ".",   "..",
};

static bool is_harmless(const char *name)
{
    for (size_t i = 0; i < COUNT(harmless); i++)
        if (strcmp(harmless[i], name) == 0)
            return true;
    return false;
}

static int other_devices(const struct probe *probe)
{
    DIR *folder = opendir("/dev");
    struct dirent *entry;
    int count = 0;

    (void)probe;
    while (folder && (entry = readdir(folder)))
        if (!is_harmless(entry->d_name)) {
            say("%s ", entry->d_name);
            count++;
        }
    return count ? WORKED : HELD;
}

static void visit(const char *path, int depth, int *found)
{
    DIR *folder = depth < 4 ? opendir(path) : NULL;
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char below[4096];
        struct stat info;

        if (entry->d_name[0] == '.' || strlen(path) + strlen(entry->d_name) + 2 > sizeof below)
            continue;
        (void)strcat(strcat(strcpy(below, path), "/"), entry->d_name);
        if (lstat(below, &info) < 0)
            continue;
        if (S_ISREG(info.st_mode) && faccessat(AT_FDCWD, below, W_OK, AT_EACCESS) == 0) {
            ++*found;
            say("%s ", below);
        }
        if (S_ISDIR(info.st_mode))
            visit(below, depth + 1, found);
    }
    if (folder)
        (void)closedir(folder);
}

static int any_of_sys(const struct probe *probe)
{
    int found = 0;

    visit(probe->word, 0, &found);
    errno = EROFS;
    return found ? WORKED : -1;
}

#define AGENT  "hostPath (SandboxEscapeBench)"
#define KERNEL "SYS_ADMIN (SandboxEscapeBench): settings of the kernel"
#define CLOSED "EROFS EACCES ENOENT EPERM"

const struct probe wide_probes[] = {
    { "wide-append", AGENT, "append to a file of the host", ALTERED, CLOSED, OUTSIDE, append,
      .zone = "out" },
    { "wide-denied", AGENT, "read a denied file", SECRET, "EACCES", OUTSIDE, read_it,
      .zone = "single" },
    { "wide-denied-folder", AGENT, "read in a denied folder", SECRET, "EACCES", OUTSIDE, read_it,
      .zone = "denied" },
    { "wide-shadow", AGENT, "read /etc/shadow", SECRET, "EACCES", BY_ROOT, read_it, "/etc/shadow" },
    { "wide-host-proc", AGENT, "find the policy in /proc/1/environ", SECRET, CLOSED, NOWHERE,
      read_it, "/proc/1/environ" },
    { "wide-uevent", "uevent_helper", "open /sys/kernel/uevent_helper for writing", MACHINE, CLOSED,
      NOWHERE, open_to_write, "/sys/kernel/uevent_helper" },
    { "wide-uevent-file", "uevent writes", "open the uevent file of lo for writing", MACHINE,
      CLOSED, NOWHERE, open_to_write, "/sys/devices/virtual/net/lo/uevent" },
    { "wide-release-agent", "CVE-2022-0492: release_agent", "open a release_agent for writing",
      MACHINE, CLOSED, NOWHERE, open_to_write, "/sys/fs/cgroup/memory/release_agent" },
    { "wide-cgroup-procs", "cgroup", "open a cgroup.procs for writing", MACHINE, CLOSED, NOWHERE,
      open_to_write, "/sys/fs/cgroup/cgroup.procs" },
    { "wide-cgroup-folder", "cgroup", "make a cgroup", MACHINE, CLOSED, NOWHERE, make_folder,
      "/sys/fs/cgroup" },
    { "wide-cgroup-folder-1", "cgroup", "make one of version 1", MACHINE, CLOSED, NOWHERE,
      make_folder, "/sys/fs/cgroup/pids" },
    { "wide-sys", KERNEL, "find anything writable in /sys/kernel", MACHINE, CLOSED, NOWHERE,
      any_of_sys, "/sys/kernel" },
    { "wide-core-pattern", "CVE-2022-0811 (CRI-O)", "open kernel.core_pattern for writing", MACHINE,
      CLOSED, NOWHERE, open_to_write, "/proc/sys/kernel/core_pattern" },
    { "wide-tracing", "tracefs", "open the trace marker for writing", MACHINE, CLOSED, NOWHERE,
      open_to_write, "/sys/kernel/tracing/trace_marker" },
    { "wide-devices", "privileged (SandboxEscapeBench)", "find a device besides the harmless ones",
      RIGHT, "held", NOWHERE, other_devices },
    { "wide-memory-device", "privileged (SandboxEscapeBench)", "open /dev/mem", RIGHT, CLOSED,
      NOWHERE, open_device, "/dev/mem" },
    { "wide-log-device", "CVE-2022-0847 tools", "open /dev/kmsg", RIGHT, CLOSED, BY_ROOT,
      open_device, "/dev/kmsg" },
    { "wide-fuse", "FUSE", "open /dev/fuse", RIGHT, CLOSED, NOWHERE, open_device, "/dev/fuse" },
    { "wide-tun", "TUN", "open /dev/net/tun", RIGHT, CLOSED, NOWHERE, open_device, "/dev/net/tun" },
    { "wide-tmp", "CVE-2017-5206 (firejail) kind: /tmp", "open a file of the host's /tmp", SECRET,
      "ENOENT", OUTSIDE, shared_tmp, "/tmp" },
    { 0 },
};
