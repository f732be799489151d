/* SPDX-License-Identifier: MIT */
/* The filter in the running kernel, as root or as any user. Where it can be had, the arguments are such
 * that the kernel without the filter would say something else. */
#include "seccomp_child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct attempt {
    const char *name;
    long number;
    long arguments[6];
    int error; /* 0: must succeed */
};

static const char root[] = "/";
static const char file_system[] = "tmpfs";

#define TEXT(text) ((long)(intptr_t)(text))

static const struct attempt attempts[] = {
    { "getpid", SYS_getpid, { 0 }, 0 },
    { "read", SYS_read, { 0, 0, 0 }, 0 },
    { "openat", SYS_openat, { AT_FDCWD, TEXT(root), O_RDONLY | O_DIRECTORY }, 0 },
    { "openat2", SYS_openat2, { AT_FDCWD, TEXT(root), 0, 0 }, ENOSYS },
    { "fchmodat set-user-id", SYS_fchmodat, { -1, TEXT(root), 04755 }, EPERM },
    { "fchmodat is the kernel's", SYS_fchmodat, { -1, TEXT(file_system), 0755 }, EBADF },
    { "sched_yield", SYS_sched_yield, { 0 }, 0 },
    { "memfd_create", SYS_memfd_create, { TEXT(root), 0 }, 0 },
    { "getrandom", SYS_getrandom, { 0, 0, 0 }, 0 },
    { "pipe2 is the kernel's", SYS_pipe2, { 0, 0 }, EFAULT },
    { "prctl PR_GET_DUMPABLE", SYS_prctl, { 3 }, 0 },
    { "prctl PR_SET_MM", SYS_prctl, { 35, 0 }, EINVAL },
    { "clone3", SYS_clone3, { 0, 0 }, ENOSYS },
    { "clone into a user namespace", SYS_clone, { CLONE_NEWUSER | SIGCHLD }, EPERM },
    { "unshare user", SYS_unshare, { CLONE_NEWUSER }, EPERM },
    { "unshare mount", SYS_unshare, { CLONE_NEWNS }, EPERM },
    { "unshare high bits", SYS_unshare, { (long)(UINT64_C(1) << 40) }, EPERM },
    { "unshare files", SYS_unshare, { CLONE_FILES | CLONE_FS }, 0 },
    { "setns", SYS_setns, { -1, 0 }, EPERM },
    { "mount", SYS_mount, { -1, -1, -1, 0, 0 }, EPERM },
    { "umount2", SYS_umount2, { TEXT(root), 0xffff }, EPERM },
    { "pivot_root", SYS_pivot_root, { -1, -1 }, EPERM },
    { "chroot", SYS_chroot, { TEXT(root) }, EPERM },
    { "open_tree", SYS_open_tree, { AT_FDCWD, TEXT(root), 0 }, EPERM },
    { "move_mount", SYS_move_mount, { -1, 0, -1, 0, 0xffff }, EPERM },
    { "fsopen", SYS_fsopen, { TEXT(file_system), 0xffff }, EPERM },
    { "fsconfig", SYS_fsconfig, { -1, 0, 0, 0, 0 }, EPERM },
    { "fsmount", SYS_fsmount, { -1, 0xffff, 0 }, EPERM },
    { "fspick", SYS_fspick, { -1, TEXT(root), 0xffff }, EPERM },
    { "mount_setattr", SYS_mount_setattr, { -1, TEXT(root), 0, 0, 0 }, EPERM },
    { "ptrace", SYS_ptrace, { PTRACE_TRACEME, 0, 0, 0 }, EPERM },
    { "process_vm_readv", SYS_process_vm_readv, { 0, 0, 0, 0, 0, 0 }, EPERM },
    { "process_vm_writev", SYS_process_vm_writev, { 0, 0, 0, 0, 0, 0 }, EPERM },
    { "kcmp", SYS_kcmp, { -1, -1, 99 }, EPERM },
    { "pidfd_getfd", SYS_pidfd_getfd, { -1, 0, 0 }, EPERM },
    { "bpf", SYS_bpf, { 99, 0, 0 }, EPERM },
    { "perf_event_open", SYS_perf_event_open, { 0, 0, -1, -1, 0xffff }, EPERM },
    { "userfaultfd", SYS_userfaultfd, { 0x4000 }, EPERM },
    { "io_uring_setup", SYS_io_uring_setup, { 1, 0 }, ENOSYS },
    { "io_uring_enter", SYS_io_uring_enter, { -1, 0, 0, 0 }, ENOSYS },
    { "add_key", SYS_add_key, { 0, 0, 0, 0, 0 }, ENOSYS },
    { "keyctl", SYS_keyctl, { 0, -1, 0 }, ENOSYS },
    { "open_by_handle_at", SYS_open_by_handle_at, { -1, 0, 0 }, EPERM },
    { "name_to_handle_at", SYS_name_to_handle_at, { -1, TEXT(root), 0, 0, 0 }, ENOSYS },
    { "syslog", SYS_syslog, { 99, 0, 0 }, EPERM },
    { "reboot", SYS_reboot, { 0, 0, 0 }, EPERM },
    { "kexec_load", SYS_kexec_load, { 0, 0, 0, 0xffff }, EPERM },
    { "finit_module", SYS_finit_module, { -1, TEXT(root), 0 }, EPERM },
    { "personality ADDR_NO_RANDOMIZE", SYS_personality, { 0x40000 }, EPERM },
    { "personality, asks", SYS_personality, { (long)UINT32_MAX }, 0 },
    { "socket local", SYS_socket, { 1, 1, 0 }, 0 },
    { "socket tcp", SYS_socket, { 2, 1 | 0x80000, 6 }, 0 },
    { "socket udp", SYS_socket, { 2, 2 | 0x800, 0 }, 0 },
    { "socket route", SYS_socket, { 16, 3, 0 }, 0 },
    { "socket raw", SYS_socket, { 2, 3, 1 }, EPERM },
    { "socket packet", SYS_socket, { 17, 3, 0 }, EAFNOSUPPORT },
    { "socket packet, odd bits",
      SYS_socket,
      { (long)(UINT64_C(1) << 32 | 17), 3, 0 },
      EAFNOSUPPORT },
    { "socket alg", SYS_socket, { 38, 5, 0 }, EAFNOSUPPORT },
    { "socket vsock", SYS_socket, { 40, 1, 0 }, EAFNOSUPPORT },
    { "socket netfilter", SYS_socket, { 16, 3, 12 }, EPROTONOSUPPORT },
    { "socketpair of TIPC", SYS_socketpair, { 30, 1, 0, 0 }, EAFNOSUPPORT },
    { "ioctl TIOCSTI", SYS_ioctl, { -1, 0x5412, 0 }, EPERM },
    { "ioctl TIOCSTI, odd bits", SYS_ioctl, { -1, (long)UINT64_C(0x100005412), 0 }, EPERM },
    { "ioctl TIOCLINUX", SYS_ioctl, { -1, 0x541c, 0 }, EPERM },
    { "ioctl TIOCGWINSZ is the kernel's", SYS_ioctl, { -1, TIOCGWINSZ, 0 }, EBADF },
    { "seccomp listener", SYS_seccomp, { 1, 8, 0 }, EINVAL },
    { "seccomp filter is the kernel's", SYS_seccomp, { 1, 0, 0 }, EFAULT },
    { "a number beyond the table", 1023, { 0 }, ENOSYS },
    { "number -1", -1, { 0 }, ENOSYS },
};

/* Exit status: the errno, 0 for success. */
static int try_call(const void *what)
{
    const struct attempt *attempt = what;
    const long *a = attempt->arguments;
    long result = syscall(attempt->number, a[0], a[1], a[2], a[3], a[4], a[5]);

    return result >= 0 ? 0 : errno;
}

static void test_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(attempts); i++) {
        int status = seccomp_in_child(try_call, &attempts[i], true);

        if (!WIFEXITED(status) || WEXITSTATUS(status) != attempts[i].error)
            fail_msg("%s: wait status 0x%x, want errno %d (%s)", attempts[i].name, (unsigned)status,
                     attempts[i].error, strerror(attempts[i].error));
    }
}

static int run_shell(const void *command)
{
    (void)execl("/bin/sh", "sh", "-c", (const char *)command, (char *)NULL);
    return 126;
}

/* Programs that fork, pipe and exec work, and are under the filter themselves. */
static void test_programs_run(void **state)
{
    static const char command[] = "x=$(echo a b | cat | wc -w) && [ $x -eq 2 ] && "
                                  "grep -q '^Seccomp:.2$' /proc/self/status && exit 7";
    int status = seccomp_in_child(run_shell, command, true);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_programs_run),
    };

    return cmocka_run_group_tests_name("seccomp-live", tests, NULL, NULL);
}
