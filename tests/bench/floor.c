/* SPDX-License-Identifier: MIT */
/* The floor: the least that any program must do to start a command in the namespaces and among the mounts
 * of a plan, with no policy, no checks, no filter, no supervision. bench.py writes the mounts of the real
 * plan into floor_plan.h and compiles this file.
 *
 * usage: floor PROGRAM ARGUMENTS... */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct pair {
    const char *from, *to;
};

#include "floor_plan.h" /* directories, links, binds, files_hidden, directories_hidden; each ends with NULL */

#define NAMESPACES                                                                                 \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)
#define PROC_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define HOME       "dev/pts" /* devpts covers it at the end */

static const struct pair device_links[] = {
    { "/proc/self/fd", "dev/fd" },       { "/proc/self/fd/0", "dev/stdin" },
    { "/proc/self/fd/1", "dev/stdout" }, { "/proc/self/fd/2", "dev/stderr" },
    { "pts/ptmx", "dev/ptmx" },
};
static const struct pair devices[] = {
    { "/dev/null", "dev/null" },     { "/dev/zero", "dev/zero" },       { "/dev/full", "dev/full" },
    { "/dev/random", "dev/random" }, { "/dev/urandom", "dev/urandom" }, { "/dev/tty", "dev/tty" },
};
static const char *const proc_hidden[] = { "proc/keys", "proc/key-users", "proc/kmsg",
                                           "proc/timer_list", "proc/interrupts" };
static const char *const proc_read_only[] = { "proc/bus", "proc/fs", "proc/irq", "proc/pressure",
                                              "proc/sys" };

#define EACH(item, list) for (size_t item = 0; item < sizeof(list) / sizeof *(list); item++)

static void must(long result, const char *what)
{
    if (result >= 0)
        return;
    perror(what);
    _exit(99);
}

static void bind_all(const struct pair *pairs)
{
    for (; pairs->from; pairs++)
        must(mount(pairs->from, pairs->to, NULL, MS_BIND | MS_REC, NULL), pairs->from);
}

static void hide_all(const char *mask, const char *const *paths)
{
    for (; *paths; paths++)
        must(mount(mask, *paths, NULL, MS_BIND, NULL), *paths);
}

static void make_names(void)
{
    must(mount("floor", "/proc", "tmpfs", MS_NOSUID | MS_NODEV, "size=512m,mode=0755"), "tmpfs");
    must(chdir("/proc"), "chdir");
    for (const char *const *path = directories; *path; path++)
        must(mkdir(*path, 0755), *path);
    must(mkdir(HOME, 0755), HOME);
    must(mknod(HOME "/file", S_IFREG, 0), "mask");
    must(mkdir(HOME "/directory", 0), "mask");
    for (const struct pair *link = links; link->from; link++)
        must(symlink(link->from, link->to), link->to);
    EACH(i, device_links)
    must(symlink(device_links[i].from, device_links[i].to), device_links[i].to);
    EACH(i, devices)
    must(mknod(devices[i].to, S_IFREG | 0444, 0), devices[i].to);
    must(chmod("tmp", 01777) | chmod("dev/shm", 01777), "chmod");
}

static void mount_proc(void)
{
    must(mount("proc", "proc", "proc", PROC_FLAGS, NULL), "proc");
    must(mount(NULL, "proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PROC_FLAGS, NULL), "remount");
    EACH(i, proc_read_only) /* not every kernel has them all */
    (void)mount(proc_read_only[i], proc_read_only[i], NULL, MS_BIND, NULL);
    EACH(i, proc_hidden)
    (void)mount(HOME "/file", proc_hidden[i], NULL, MS_BIND, NULL);
    (void)mount(HOME "/directory", "proc/acpi", NULL, MS_BIND, NULL);
    must(mount(NULL, "proc", NULL, MS_REMOUNT | MS_BIND | PROC_FLAGS, NULL), "remount");
}

static void make_root(void)
{
    const struct mount_attr sealed = { .attr_set =
                                           MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                                       .propagation = MS_PRIVATE };
    int tmp, shm;

    make_names();
    tmp = (int)syscall(SYS_open_tree, AT_FDCWD, "tmp", OPEN_TREE_CLONE | O_CLOEXEC);
    shm = (int)syscall(SYS_open_tree, AT_FDCWD, "dev/shm", OPEN_TREE_CLONE | O_CLOEXEC);
    bind_all(binds);
    hide_all(HOME "/file", files_hidden);
    hide_all(HOME "/directory", directories_hidden);
    must(syscall(SYS_mount_setattr, AT_FDCWD, ".", AT_RECURSIVE, &sealed, sizeof sealed),
         "setattr");
    mount_proc();
    EACH(i, devices)
    must(mount(devices[i].from, devices[i].to, NULL, MS_BIND, NULL), devices[i].to);
    must(mount("devpts", HOME, "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620"),
         "devpts");
    must(syscall(SYS_move_mount, tmp, "", AT_FDCWD, "tmp", MOVE_MOUNT_F_EMPTY_PATH), "tmp");
    must(syscall(SYS_move_mount, shm, "", AT_FDCWD, "dev/shm", MOVE_MOUNT_F_EMPTY_PATH), "shm");
    must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "umount2");
}

static void raise_loopback(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    must(ioctl(fd, SIOCSIFFLAGS, &request), "lo");
}

/* Process 1: what a reaper does at least. */
static void run_init(int go, bool root, char **argv)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    const struct __user_cap_data_struct none[2] = { { 0 } };
    char *environment[] = { "PATH=/usr/bin:/bin", "TERM=dumb", NULL };
    int status;
    char byte;
    pid_t pid;

    must(read(go, &byte, 1) - 1, "go");
    if (root) {
        must(syscall(SYS_setgroups, 0, NULL) | syscall(SYS_setresgid, 0, 0, 0), "gid");
        must(syscall(SYS_setresuid, 0, 0, 0), "uid");
    }
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "pdeathsig");
    make_root();
    raise_loopback();
    pid = vfork();
    if (!pid) {
        must(setsid(), "setsid");
        must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
        must(syscall(SYS_capset, &header, none), "capset");
        must(execve(argv[0], argv, environment), argv[0]);
    }
    must(waitpid(pid, &status, 0), "waitpid");
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
}

static void write_map(pid_t pid, const char *name, const char *text)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    must(write(fd, text, strlen(text)), path);
    (void)close(fd);
}

static void map_ids(pid_t pid, bool root)
{
    char users[64] = "0 1879048192 65536", groups[64] = "0 1879048192 65536";

    if (!root) {
        write_map(pid, "setgroups", "deny");
        (void)snprintf(users, sizeof users, "%d %d 1", (int)getuid(), (int)getuid());
        (void)snprintf(groups, sizeof groups, "%d %d 1", (int)getgid(), (int)getgid());
    }
    write_map(pid, "uid_map", users);
    write_map(pid, "gid_map", groups);
}

int main(int argc, char **argv)
{
    bool root = geteuid() == 0;
    struct clone_args args = { .flags = NAMESPACES, .exit_signal = SIGCHLD };
    int go[2], status;
    pid_t pid;

    if (argc < 2)
        return 2;
    must(pipe2(go, O_CLOEXEC), "pipe2");
    pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    must(pid, "clone3");
    if (!pid)
        run_init(go[0], root, argv + 1);
    map_ids(pid, root);
    must(write(go[1], "g", 1), "go");
    must(waitpid(pid, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
