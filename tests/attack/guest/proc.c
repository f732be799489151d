/* SPDX-License-Identifier: MIT */
/* /proc: our own process 1, processes of the host, settings of the kernel, modes of shared entries.
 * Nothing is written that would change the host: files are opened only, modes set to what they are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

static const char *of_init(const struct probe *probe)
{
    return path_of("/proc/%s/%s", given("init"), probe->word);
}

static int read_init(const struct probe *probe)
{
    return tell(of_init(probe));
}

static int write_init(const struct probe *probe)
{
    return worked(open(of_init(probe), O_WRONLY));
}

/* Some may be opened by everybody, and the kernel refuses only the write. */
static int change_init(const struct probe *probe, const char *text)
{
    int fd = open(of_init(probe), O_WRONLY);

    return fd < 0 ? -1 : worked(write(fd, text, strlen(text)));
}

static int label_init(const struct probe *probe)
{
    return change_init(probe, "x");
}

static int rename_init(const struct probe *probe)
{
    return change_init(probe, "attacked");
}

static int map_init(const struct probe *probe)
{
    return change_init(probe, "0 0 1\n");
}

static int expose_init(const struct probe *probe)
{
    return change_init(probe, "900");
}

static int forget_references(const struct probe *probe)
{
    return change_init(probe, "1");
}

static int list_init(const struct probe *probe)
{
    DIR *folder = opendir(of_init(probe));
    struct dirent *entry;

    if (!folder)
        return -1;
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            say("%s ", entry->d_name);
    return closedir(folder);
}

/* Any descriptor of process 1 that can be opened again. */
static int open_init(const struct probe *probe)
{
    int error = ENOENT;

    (void)probe;
    for (int i = 0; i < 64; i++) {
        if (open(path_of("/proc/%s/fd/%d", given("init"), i), O_RDONLY | O_NONBLOCK) >= 0)
            return WORKED;
        error = errno == ENOENT ? error : errno;
    }
    errno = error;
    return -1;
}

static int link_init(const struct probe *probe)
{
    char text[256];

    return worked(readlink(of_init(probe), text, sizeof text));
}

/* The image of the engine: opened with O_PATH it needs no right, then again for writing. */
static int overwrite_image(const struct probe *probe)
{
    int fd = open(of_init(probe), O_PATH);

    if (fd < 0)
        return -1;
    return worked(open(path_of("/proc/self/fd/%d", fd), O_WRONLY));
}

/* A script whose interpreter is /proc/self/exe runs in the engine where the engine executes it. */
static int own_image(const struct probe *probe)
{
    int fd = open("/proc/self/exe", O_PATH);

    (void)probe;
    if (fd < 0)
        return -1;
    return worked(open(path_of("/proc/self/fd/%d", fd), O_WRONLY));
}

/* Everybody may read these; they must not hold what is the caller's. */
static int reveals(const struct probe *probe)
{
    char text[65536];
    int fd = open(of_init(probe), O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);

    if (got < 0)
        return -1;
    return memmem(text, (size_t)got, "CANARY", 6) ? WORKED : HELD;
}

static int host_process(const struct probe *probe)
{
    return tell(path_of("/proc/%s/%s", given("pid"), probe->word));
}

static int open_setting(const struct probe *probe)
{
    return worked(open(probe->word, O_WRONLY));
}

/* To the mode that it has: succeeds where a change would. */
static int same_mode(const struct probe *probe)
{
    struct stat info;

    if (lstat(probe->word, &info) < 0)
        return -1;
    return chmod(probe->word, info.st_mode & 07777);
}

static int same_owner(const struct probe *probe)
{
    struct stat info;

    if (lstat(probe->word, &info) < 0)
        return -1;
    return lchown(probe->word, info.st_uid, info.st_gid);
}

typedef int visitor(const char *path, const struct stat *info);

static int opens_for_writing(const char *path, const struct stat *info)
{
    return S_ISREG(info->st_mode) ? open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
}

static int takes_its_mode(const char *path, const struct stat *info)
{
    return S_ISLNK(info->st_mode) ? -1 : chmod(path, info->st_mode & 07777);
}

/* Visits everything below /proc that belongs to no process; says what let itself be done. */
static void visit(const char *path, visitor *attempt, int depth, int *found)
{
    DIR *folder = depth < 9 ? opendir(path) : NULL;
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char below[4096];
        struct stat info;
        int done;

        if (entry->d_name[0] == '.' || (depth == 0 && strspn(entry->d_name, "0123456789")) ||
            strlen(path) + strlen(entry->d_name) + 2 > sizeof below)
            continue;
        (void)strcat(strcat(strcpy(below, path), "/"), entry->d_name);
        if (lstat(below, &info) < 0)
            continue;
        done = attempt(below, &info);
        if (done >= 0) {
            ++*found;
            say("%s ", below);
            if (done > 2)
                (void)close(done);
        }
        if (S_ISDIR(info.st_mode))
            visit(below, attempt, depth + 1, found);
    }
    if (folder)
        (void)closedir(folder);
}

static int walk(const struct probe *probe)
{
    int found = 0;

    visit("/proc", probe->n[0] ? takes_its_mode : opens_for_writing, 0, &found);
    errno = EACCES;
    return found ? WORKED : -1;
}

/* Only processes of the sandbox may be listed. */
static int foreign_processes(const struct probe *probe)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int count = 0;

    (void)probe;
    while (folder && (entry = readdir(folder)))
        if (strspn(entry->d_name, "0123456789") && strcmp(entry->d_name, given("pid")) == 0)
            count++;
    return count ? WORKED : HELD;
}

/* No path of the host's control groups and mounts may show. */
static int mentions_host(const struct probe *probe)
{
    char text[65536];
    int fd = open(probe->word, O_RDONLY);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (got < 0)
        return -1;
    text[got] = '\0';
    return strstr(text, given("mark")) ? WORKED : HELD;
}

#define INIT   "/proc/1 of the engine"
#define CLOSED "EACCES EPERM ENOENT"
#define FORGE  "whoever holds its descriptors forges the result"
#define SHARED "modes of procfs entries are shared by all namespaces"
#define GONE   "EROFS EACCES ENOENT EPERM"
#define PLACE  "process namespace exposure (SandboxEscapeBench)"

const struct probe proc_probes[] = {
    { "init-environ", INIT, "read the environment of process 1", SECRET, "EACCES", OUTSIDE,
      read_init, "environ" },
    { "init-cmdline", INIT, "find the policy in its command line", SECRET, "held", OUTSIDE, reveals,
      "cmdline" },
    { "init-comm", INIT, "rename it", PROCESS, "EACCES EINVAL", NOWHERE, rename_init, "comm" },
    { "init-memory", INIT, "open its memory for writing", RESULT, "EACCES", OUTSIDE, write_init,
      "mem" },
    { "init-maps", INIT, "read its memory map", SECRET, "EACCES", OUTSIDE, read_init, "maps" },
    { "init-auxv", INIT, "read its auxiliary vector", SECRET, "EACCES", OUTSIDE, read_init,
      "auxv" },
    { "init-stack", INIT, "read its kernel stack", SECRET, "EACCES", BY_ROOT, read_init, "stack" },
    { "init-syscall", INIT, "read which call it is in", SECRET, "EACCES EPERM", OUTSIDE, read_init,
      "syscall" },
    { "init-io", INIT, "read its counters", SECRET, "EACCES", OUTSIDE, read_init, "io" },
    { "init-descriptors", FORGE, "open a descriptor of process 1 again", RESULT, "EACCES", OUTSIDE,
      open_init },
    { "init-fdinfo", FORGE, "read what its descriptor is", RESULT, "EACCES", OUTSIDE, read_init,
      "fdinfo/0" },
    { "init-root", INIT, "list its root", SECRET, "EACCES", OUTSIDE, list_init, "root/" },
    { "init-folder", INIT, "list its working folder", SECRET, "EACCES", OUTSIDE, list_init,
      "cwd/" },
    { "init-image", "CVE-2019-5736 (runc)", "open its image with O_PATH, then for writing", ALTERED,
      "EACCES", NOWHERE, overwrite_image, "exe" },
    { "init-image-link", "CVE-2019-5736 (runc)", "read where its image lies", SECRET, "EACCES",
      OUTSIDE, link_init, "exe" },
    { "own-image", "CVE-2019-5736 (runc)", "open its own image in a read-only grant for writing",
      ALTERED, "ETXTBSY EROFS EACCES", NOWHERE, own_image },
    { "init-namespace", "setns on process 1", "read its namespaces", RIGHT, "EACCES", OUTSIDE,
      link_init, "ns/mnt" },
    { "init-uid-map", "CVE-2018-18955 kind: id maps", "write its id map", RIGHT, "EACCES EPERM",
      NOWHERE, map_init, "uid_map" },
    { "init-set-groups", "CVE-2014-8989: setgroups", "open its setgroups for writing", RIGHT,
      "EACCES", NOWHERE, write_init, "setgroups" },
    { "init-oom", INIT, "hand it to the OOM killer", PROCESS, CLOSED, OUTSIDE, expose_init,
      "oom_score_adj" },
    { "init-label", "CVE-2019-19921, CVE-2025-52881: LSM labels", "write its label", RIGHT,
      CLOSED " EINVAL", NOWHERE, label_init, "attr/exec" },
    { "init-references", INIT, "clear its page references", PROCESS, CLOSED, OUTSIDE,
      forget_references, "clear_refs" },
    { "init-pagemap", "Rowhammer tools", "read its page map", SECRET, "EACCES", NOWHERE, read_init,
      "pagemap" },
    { "host-environ", PLACE, "read the environment of a process of the host", SECRET, "ENOENT",
      OUTSIDE, host_process, "environ" },
    { "host-cmdline", PLACE, "read its command line", SECRET, "ENOENT", OUTSIDE, host_process,
      "cmdline" },
    { "host-list", PLACE, "find it in the list of processes", SECRET, "held", OUTSIDE,
      foreign_processes },
    { "host-mounts", "mount table of the host", "find the host's mounts in mountinfo", SECRET,
      "held", OUTSIDE, mentions_host, "/proc/self/mountinfo" },
    { "core-pattern", "CVE-2022-0811 (CRI-O): kernel parameters",
      "open kernel.core_pattern for writing", MACHINE, GONE, NOWHERE, open_setting,
      "/proc/sys/kernel/core_pattern" },
    { "modprobe", "kernel helper programs", "open kernel.modprobe for writing", MACHINE, GONE,
      NOWHERE, open_setting, "/proc/sys/kernel/modprobe" },
    { "binfmt", "CVE-2025-31133 kind: binfmt_misc", "open binfmt_misc/register for writing",
      MACHINE, GONE, NOWHERE, open_setting, "/proc/sys/fs/binfmt_misc/register" },
    { "host-name-setting", "sysctl", "open kernel.hostname for writing", MACHINE, GONE, BY_ROOT,
      open_setting, "/proc/sys/kernel/hostname" },
    { "forward-setting", "route_localnet (SandboxEscapeBench)",
      "open net.ipv4 settings for writing", MACHINE, GONE, OWN, open_setting,
      "/proc/sys/net/ipv4/conf/all/route_localnet" },
    { "ceiling-setting", "more user namespaces", "open user.max_user_namespaces for writing", RIGHT,
      GONE, OWN, open_setting, "/proc/sys/user/max_user_namespaces" },
    { "last-pid", "pid reuse", "open kernel.ns_last_pid for writing", MACHINE, GONE, OWN,
      open_setting, "/proc/sys/kernel/ns_last_pid" },
    { "sysrq", "/proc/sysrq-trigger", "open it for writing", MACHINE, GONE, NOWHERE, open_setting,
      "/proc/sysrq-trigger" },
    { "kcore", "kernel memory", "read /proc/kcore", SECRET, CLOSED, NOWHERE, open_setting,
      "/proc/kcore" },
    { "any-setting", "CVE-2025-52881: writes in procfs",
      "open everything in /proc that belongs to no process for writing", MACHINE, "EACCES", NOWHERE,
      walk, .n = { 0 } },
    { "any-mode", SHARED, "give everything there the mode that it has", MACHINE, "EACCES", NOWHERE,
      walk, .n = { 1 } },
    { "kmsg-mode", SHARED, "give /proc/kmsg the mode that it has", MACHINE, GONE, NOWHERE,
      same_mode, "/proc/kmsg" },
    { "timer-list-mode", SHARED, "the same for /proc/timer_list", MACHINE, GONE, NOWHERE, same_mode,
      "/proc/timer_list" },
    { "driver-mode", SHARED, "the same for /proc/tty/driver", MACHINE, GONE, NOWHERE, same_mode,
      "/proc/tty/driver" },
    { "version-owner", SHARED, "give /proc/version the owner that it has", MACHINE,
      GONE " EINVAL EOVERFLOW", NOWHERE, same_owner, "/proc/version" },
    { 0 },
};
