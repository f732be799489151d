/* SPDX-License-Identifier: MIT */
/* mxc_net_confine() for real: each deed is tried in a child that may do everything, in one behind all walls but the
 * filter of calls, and in one behind all of them. So no wall can be missing unseen because another one stands. */
#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SKIPPED 77

enum walls { NONE, ALL_BUT_FILTER, ALL, WALLS };

/* What a row of 'wanted' may say beside an error of the kernel. */
enum { GOOD = 0, UNTRIED = -1 };

static bool without_filter;

long __real_syscall(long number, ...);

long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
    long given[6];
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_seccomp && without_filter)
        return 0;
    return __real_syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

/* ---- what the process holds before it is confined, as mxc-net might by a mistake */

static struct {
    int folder; /* the host's root */
    int tcp, unix_stream, unix_datagram;
    void *page;
    pid_t parent;
} held;

static const struct sockaddr_un abstract[] = {
    { .sun_family = AF_UNIX, .sun_path = "\0mxc-test-stream" },
    { .sun_family = AF_UNIX, .sun_path = "\0mxc-test-datagram" },
};

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    (void)close(fd);
    return written;
}

/* Every right, in namespaces of its own. */
static bool become_mighty(void)
{
    char uids[32], gids[32];

    (void)snprintf(uids, sizeof uids, "0 %d 1", (int)geteuid());
    (void)snprintf(gids, sizeof gids, "0 %d 1", (int)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0 &&
           write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", uids) &&
           write_text("/proc/self/gid_map", gids);
}

static bool take_all(void)
{
    int stream = socket(AF_UNIX, SOCK_STREAM, 0), datagram = socket(AF_UNIX, SOCK_DGRAM, 0);

    held.parent = getppid();
    held.folder = open("/", O_RDONLY | O_DIRECTORY);
    held.tcp = socket(AF_INET, SOCK_STREAM, 0);
    held.unix_stream = socket(AF_UNIX, SOCK_STREAM, 0);
    held.unix_datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    held.page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return held.folder >= 0 && held.tcp >= 0 && held.unix_stream >= 0 && held.unix_datagram >= 0 &&
           held.page != MAP_FAILED &&
           bind(stream, (const struct sockaddr *)&abstract[0], sizeof abstract[0]) == 0 &&
           listen(stream, 1) == 0 &&
           bind(datagram, (const struct sockaddr *)&abstract[1], sizeof abstract[1]) == 0;
}

/* ---- deeds: the kernel's answer, an error in errno */

static long try_connect(void)
{
    return syscall(SYS_connect, held.unix_stream, &abstract[0], sizeof abstract[0]);
}

static long try_send(void)
{
    return syscall(SYS_sendto, held.unix_datagram, "x", 1, 0, &abstract[1], sizeof abstract[1]);
}

static long try_signal(void)
{
    return syscall(SYS_tgkill, held.parent, held.parent, 0);
}

static long try_bind(void)
{
    const struct sockaddr_in any = { .sin_family = AF_INET };

    return syscall(SYS_bind, held.tcp, &any, sizeof any);
}

static long try_map_code(void)
{
    return syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long try_map_all(void)
{
    return syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long try_map_data(void)
{
    return syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long try_protect(void)
{
    return syscall(SYS_mprotect, held.page, 4096, PROT_READ | PROT_EXEC);
}

static long try_open_root(void)
{
    return syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);
}

static long try_open_held(void)
{
    return syscall(SYS_openat, held.folder, "etc/passwd", O_RDONLY);
}

static long try_create(void)
{
    return syscall(SYS_mkdirat, AT_FDCWD, "/new", 0700);
}

static long try_look(void)
{
    struct stat info;

    return syscall(SYS_newfstatat, AT_FDCWD, "/etc", &info, 0);
}

static long try_execute(void)
{
    static const char name[] = "bin/true";
    const char *const arguments[] = { name, NULL }, *const none[] = { NULL };

    return syscall(SYS_execveat, held.folder, name, arguments, none, 0);
}

static long try_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        _exit(0);
    return pid;
}

static long try_mount(void)
{
    return syscall(SYS_mount, "none", "/", "tmpfs", 0, 0);
}

static long try_leave(void)
{
    return syscall(SYS_chroot, "/proc");
}

/* 0 when it is as it should be after confining, else an error of its own. */
static long is_undumpable(void)
{
    errno = EBADE;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
               ? 0
               : -1;
}

static const struct row {
    const char *name;
    int wanted[WALLS];
    long (*deed)(void); /* NULL: the call */
    long call[5];
    int abi; /* of Landlock, which 'wanted' needs */
} rows[] = {
    /* what is left */
    { "TCP", { GOOD, GOOD, GOOD }, NULL, { SYS_socket, AF_INET, SOCK_STREAM, 0 }, 0 },
    { "UDP", { GOOD, GOOD, GOOD }, NULL, { SYS_socket, AF_INET6, SOCK_DGRAM, 0 }, 0 },
    { "memory", { GOOD, GOOD, GOOD }, try_map_data, { 0 }, 0 },
    /* other sockets */
    { "raw", { GOOD, EPERM, EACCES }, NULL, { SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP }, 0 },
    { "raw, IPv6", { GOOD, EPERM, EACCES }, NULL, { SYS_socket, AF_INET6, SOCK_RAW, 58 }, 0 },
    { "packets", { GOOD, EPERM, EACCES }, NULL, { SYS_socket, AF_PACKET, SOCK_RAW, 0 }, 0 },
    { "cooked packets",
      { GOOD, EPERM, EACCES },
      NULL,
      { SYS_socket, AF_PACKET, SOCK_DGRAM, 0 },
      0 },
    { "netlink", { GOOD, GOOD, EACCES }, NULL, { SYS_socket, AF_NETLINK, SOCK_RAW, 0 }, 0 },
    { "unix", { GOOD, GOOD, EACCES }, NULL, { SYS_socket, AF_UNIX, SOCK_STREAM, 0 }, 0 },
    { "pair", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_socketpair, AF_UNIX, SOCK_STREAM, 0 }, 0 },
    { "bind", { GOOD, EACCES, ENOSYS }, try_bind, { 0 }, 4 },
    { "abstract stream", { GOOD, EPERM, EPERM }, try_connect, { 0 }, 6 },
    { "abstract datagram", { GOOD, EPERM, EPERM }, try_send, { 0 }, 6 },
    { "interfaces", { UNTRIED, UNTRIED, EACCES }, NULL, { SYS_ioctl, 0, SIOCGIFCONF }, 0 },
    /* code */
    { "code", { GOOD, GOOD, EACCES }, try_map_code, { 0 }, 0 },
    { "writable code", { GOOD, GOOD, EACCES }, try_map_all, { 0 }, 0 },
    { "data to code", { GOOD, GOOD, EACCES }, try_protect, { 0 }, 0 },
    { "execute", { GOOD, EACCES, ENOSYS }, try_execute, { 0 }, 1 },
    { "fork", { GOOD, UNTRIED, ENOSYS }, try_fork, { 0 }, 0 },
    { "clone3", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_clone3, 0, 0 }, 0 },
    { "memfd", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_memfd_create, 0, 0 }, 0 },
    /* files */
    { "open the root", { GOOD, EACCES, ENOSYS }, try_open_root, { 0 }, 1 },
    { "open below a held folder", { GOOD, EACCES, ENOSYS }, try_open_held, { 0 }, 1 },
    { "make a folder", { UNTRIED, EROFS, ENOSYS }, try_create, { 0 }, 0 },
    { "look at /etc", { GOOD, ENOENT, ENOSYS }, try_look, { 0 }, 0 },
    { "mount", { GOOD, EPERM, ENOSYS }, try_mount, { 0 }, 0 },
    { "change the root", { GOOD, UNTRIED, ENOSYS }, try_leave, { 0 }, 0 },
    /* others, and itself */
    { "signal its parent", { GOOD, EPERM, EPERM }, try_signal, { 0 }, 6 },
    { "kill", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_kill, 0, 0 }, 0 },
    { "be traced", { GOOD, GOOD, ENOSYS }, NULL, { SYS_ptrace, PTRACE_TRACEME, 0, 0, 0 }, 0 },
    { "read memory", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_process_vm_readv, 1, 0, 0, 0 }, 0 },
    { "not dumpable", { EBADE, GOOD, UNTRIED }, is_undumpable, { 0 }, 0 },
    { "dumpable", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_prctl, PR_SET_DUMPABLE, 1 }, 0 },
    { "host name", { GOOD, EPERM, ENOSYS }, NULL, { SYS_sethostname, 0, 0 }, 0 },
    { "namespaces", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_unshare, CLONE_NEWUSER }, 0 },
    { "other namespaces", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_setns, 0, 0 }, 0 },
    { "limits", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_prlimit64, 0, 0, 0, 0 }, 0 },
    { "keys", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_keyctl, 0, 0, 0, 0 }, 0 },
    { "bpf", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_bpf, 0, 0, 0 }, 0 },
    { "rings", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_io_uring_setup, 1, 0 }, 0 },
    { "faults", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_userfaultfd, 0 }, 0 },
    { "ids", { UNTRIED, UNTRIED, ENOSYS }, NULL, { SYS_setuid, 0 }, 0 },
};

/* ---- trying them */

static long do_row(const struct row *row)
{
    const long *at = row->call;

    return row->deed ? row->deed() : syscall(at[0], at[1], at[2], at[3], at[4], 0L);
}

_Noreturn static void be_child(const struct row *row, enum walls walls)
{
    struct mxc_err err;

    (void)alarm(10);
    without_filter = walls == ALL_BUT_FILTER;
    if (!become_mighty() || !take_all())
        _exit(250);
    if (walls != NONE && mxc_net_confine(&err) < 0)
        _exit(251);
    _exit(do_row(row) < 0 ? errno : 0);
}

/* Its error, 0, or 256 and the signal that ended it. */
static int in_child(const struct row *row, enum walls walls)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        be_child(row, walls);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 252;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static void test_walls(void **state)
{
    static const char *const names[WALLS] = { "no wall", "all but the filter", "all walls" };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int walls = NONE; walls < WALLS; walls++) {
            int want = rows[i].wanted[walls], got;

            if (want == UNTRIED || (walls != NONE && abi < rows[i].abi))
                continue;
            got = in_child(&rows[i], (enum walls)walls);
            if (got != want)
                print_error("%s, %s: %d, not %d\n", rows[i].name, names[walls], got, want);
            wrong += got != want;
        }
    assert_int_equal(wrong, 0);
}

static bool can_have_namespaces(void)
{
    pid_t pid = fork();
    int status = 1;

    if (pid == 0)
        _exit(become_mighty() ? 0 : 1);
    (void)waitpid(pid, &status, 0);
    return status == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_walls) };

    if (!can_have_namespaces()) {
        (void)printf("cannot run: no user namespaces\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
