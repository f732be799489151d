/* SPDX-License-Identifier: MIT */
/* Descriptors: what the caller left open, and what can be done through 0, 1 and 2 when they are files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attack.h"

#define MANY 4096

static int any_descriptor(const struct probe *probe)
{
    int count = 0;

    (void)probe;
    for (int fd = 3; fd < MANY; fd++) {
        struct stat info;

        /* Its own report is the only one; it has the lowest free number. */
        if (fstat(fd, &info) == 0 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
            count++;
    }
    say("%d", count);
    errno = EBADF;
    return count ? WORKED : -1;
}

static int by_folder(const struct probe *probe)
{
    errno = EBADF;
    for (int fd = 3; fd < MANY; fd++) {
        int file = openat(fd, probe->name, O_RDONLY);

        if (file >= 0)
            return tell(path_of("/proc/self/fd/%d", file));
    }
    errno = EBADF;
    return -1;
}

static int enter_folder(const struct probe *probe)
{
    for (int fd = 0; fd < MANY; fd++)
        if (fchdir(fd) == 0)
            return tell(probe->name);
    errno = EBADF;
    return -1;
}

static int forge_result(const struct probe *probe)
{
    static const char line[] =
        "{\"version\":1,\"reason\":\"exit\",\"exitCode\":0,\"signal\":null}\n";
    int count = 0;

    (void)probe;
    for (int fd = 3; fd < MANY; fd++)
        if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) && write(fd, line, sizeof line - 1) > 0)
            count++;
    errno = EBADF;
    return count ? WORKED : -1;
}

static int write_stdin(const struct probe *probe)
{
    (void)probe;
    return worked(write(0, "forged\n", 7));
}

static int reopen_stdin(const struct probe *probe)
{
    int fd = open("/proc/self/fd/0", O_WRONLY | O_APPEND);

    (void)probe;
    return fd < 0 ? -1 : worked(write(fd, "forged\n", 7));
}

static int reopen_stdin_all(const struct probe *probe)
{
    int fd = open("/dev/stdin", O_RDWR);

    (void)probe;
    return fd < 0 ? -1 : worked(write(fd, "forged\n", 7));
}

/* Standard error was opened for appending only; what stands in the file is not for the program. */
static int read_stderr(const struct probe *probe)
{
    (void)probe;
    return tell("/proc/self/fd/2");
}

static int beside_stdin(const struct probe *probe)
{
    return tell(path_of("/proc/self/fd/0/../%s", probe->name));
}

static int link_stdin(const struct probe *probe)
{
    if (linkat(AT_FDCWD, "/proc/self/fd/0", AT_FDCWD, scratch(probe), AT_SYMLINK_FOLLOW) < 0)
        return -1;
    return WORKED;
}

static int truncate_stdin(const struct probe *probe)
{
    (void)probe;
    return truncate("/proc/self/fd/0", 0);
}

#define LEFT  "CVE-2024-21626 (runc): descriptors left open"
#define GIVEN "a file as standard stream, opened for less"

const struct probe stream_probes[] = {
    { "inherited", LEFT, "find a descriptor above 2", RIGHT, "EBADF", OUTSIDE, any_descriptor },
    { "inherited-folder", LEFT, "open a file by a folder that the caller holds", SECRET, "EBADF",
      OUTSIDE, by_folder, .zone = "out" },
    { "inherited-working-folder", LEFT, "enter such a folder", SECRET, "EBADF", OUTSIDE,
      enter_folder, .zone = "out" },
    { "forge-result", "forged results", "write a result to every descriptor", RESULT, "EBADF",
      OUTSIDE, forge_result },
    { "write-stdin", GIVEN, "write to standard input", ALTERED, "EBADF", NOWHERE, write_stdin },
    { "reopen-stdin", GIVEN, "open it again for writing", ALTERED, "EACCES", OUTSIDE,
      reopen_stdin },
    { "reopen-stdin-both", GIVEN, "open it again by /dev/stdin", ALTERED, "EACCES", OUTSIDE,
      reopen_stdin_all },
    { "read-stderr", GIVEN, "open standard error again for reading", SECRET, "EACCES", OUTSIDE,
      read_stderr },
    { "beside-stdin", GIVEN, "a file beside it by /proc/self/fd/0/..", SECRET, "ENOTDIR", NOWHERE,
      beside_stdin, .zone = "out" },
    { "link-stdin", GIVEN, "link it into a grant", ALTERED, "EXDEV", OUTSIDE, link_stdin },
    { "truncate-stdin", GIVEN, "truncate it", ALTERED, "EACCES", OUTSIDE, truncate_stdin },
    { 0 },
};
