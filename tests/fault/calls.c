/* SPDX-License-Identifier: MIT */
/* The table of errors. An error that says something of the object which the kernel would not say of this one
 * ("there is no such capability") is no fault but a lie, and is left out. */
#include "calls.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#define ROW(name, ...)                                                                             \
    {                                                                                              \
#name, SYS_##name, false,                                                                  \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define WAITS(name, ...)                                                                           \
    {                                                                                              \
#name, SYS_##name, true,                                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define NEVER(name)                                                                                \
    {                                                                                              \
#name, SYS_##name, false,                                                                  \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static const struct call memory[] = {
    ROW(brk, ENOMEM),
    ROW(mmap, ENOMEM),
    ROW(mprotect, ENOMEM),
    ROW(munmap, ENOMEM),
    ROW(mremap, ENOMEM),
    ROW(madvise, ENOMEM),
    ROW(memfd_create, EMFILE, ENFILE, ENOMEM, ENOSYS),
};

static const struct call files[] = {
    WAITS(read, EIO, EINTR, ENOMEM),
    ROW(pread64, EIO, EINTR),
    WAITS(write, EIO, ENOSPC, EPIPE, EINTR),
    WAITS(writev, EIO, ENOSPC, EPIPE, EINTR),
    ROW(pwrite64, EIO, ENOSPC),
    WAITS(splice, ENOMEM, EINTR, EPIPE),
    WAITS(sendfile, ENOMEM, EIO, EINTR),
    ROW(close, EIO, EINTR),
    ROW(close_range, ENOSYS, EPERM, ENOMEM),
    ROW(open, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EINTR),
    ROW(openat, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, EIO, EINTR),
    ROW(openat2, EMFILE, ENFILE, ENOMEM, EACCES, ENOENT, ELOOP, ENOSYS, EAGAIN, EPERM),
    ROW(stat, ENOMEM, EACCES, ENOENT, EIO),
    ROW(lstat, ENOMEM, EACCES, ENOENT, EIO),
    ROW(newfstatat, ENOMEM, EACCES, ENOENT, EIO),
    ROW(statx, ENOMEM, EACCES, ENOENT, ENOSYS),
    ROW(fstat, EIO, ENOMEM),
    ROW(statfs, ENOMEM, EIO, EACCES, ENOSYS),
    ROW(fstatfs, EIO, ENOSYS),
    ROW(readlink, ENOMEM, EACCES, ENOENT, EIO),
    ROW(readlinkat, ENOMEM, EACCES, ENOENT, EIO),
    ROW(access, EACCES, ENOENT, EIO),
    ROW(faccessat, EACCES, ENOENT, EIO),
    ROW(faccessat2, EACCES, ENOENT, ENOSYS),
    ROW(getcwd, ENOENT, ENOMEM),
    ROW(getdents64, EIO, ENOENT),
    ROW(fcntl, EMFILE, ENOMEM),
    NEVER(lseek),
    ROW(dup, EMFILE),
    ROW(dup2, EMFILE, EBUSY, EINTR),
    ROW(dup3, EMFILE, EBUSY, EINTR),
    ROW(pipe2, EMFILE, ENFILE),
    ROW(ioctl, EIO, ENOTTY, EPERM, ENOMEM),
    ROW(mkdir, ENOSPC, ENOMEM, EACCES, EROFS),
    ROW(mkdirat, ENOSPC, ENOMEM, EACCES, EROFS),
    ROW(mknod, ENOSPC, ENOMEM, EPERM),
    ROW(mknodat, ENOSPC, ENOMEM, EPERM),
    ROW(symlink, ENOSPC, ENOMEM, EACCES),
    ROW(symlinkat, ENOSPC, ENOMEM, EACCES),
    ROW(rmdir, EBUSY, EPERM, EIO),
    ROW(unlinkat, EBUSY, EPERM, EIO),
    ROW(chmod, EPERM, EROFS),
    ROW(fchmod, EPERM, EROFS),
    ROW(fchmodat, EPERM, EROFS),
    ROW(chown, EPERM, EROFS),
    ROW(fchown, EPERM, EROFS),
    ROW(fchownat, EPERM, EROFS),
    ROW(chdir, EACCES, ENOENT, ENOMEM),
    ROW(fchdir, EACCES),
};

static const struct call mounts[] = {
    ROW(mount, ENOMEM, EPERM, EACCES, EBUSY, EINVAL, ENODEV, ENOENT, ENOSPC),
    ROW(umount2, EBUSY, EPERM, ENOMEM),
    ROW(pivot_root, EBUSY, EINVAL, EPERM),
    ROW(open_tree, ENOMEM, EMFILE, ENOSPC, EPERM, EINVAL, ENOSYS),
    ROW(move_mount, ENOMEM, ENOSPC, EPERM, EINVAL, ENOSYS),
    ROW(mount_setattr, ENOMEM, EPERM, EBUSY, EINVAL, ENOSYS),
    ROW(fsopen, ENOMEM, EMFILE, EPERM, ENODEV, ENOSYS),
    ROW(fsconfig, ENOMEM, EPERM, EINVAL),
    ROW(fsmount, ENOMEM, EMFILE, EPERM, ENOSPC),
};

static const struct call messages[] = {
    ROW(socket, EMFILE, ENFILE, ENOBUFS, EAFNOSUPPORT, EACCES),
    ROW(socketpair, EMFILE, ENFILE, ENOBUFS),
    ROW(shutdown, ENOTCONN),
    WAITS(sendmsg, ENOBUFS, ENOMEM, EPIPE, EINTR),
    WAITS(sendto, ENOBUFS, ENOMEM, EPIPE, EINTR),
    WAITS(recvmsg, ENOMEM, ECONNRESET, EINTR),
    WAITS(recvfrom, ENOMEM, ECONNRESET, EINTR),
    ROW(setsockopt, ENOMEM, EPERM),
    NEVER(getsockopt),
    ROW(eventfd2, EMFILE, ENFILE, ENOMEM),
    ROW(signalfd4, EMFILE, ENFILE, ENOMEM),
    ROW(timerfd_create, EMFILE, ENFILE, ENOMEM),
    NEVER(timerfd_settime),
    ROW(epoll_create1, EMFILE, ENFILE, ENOMEM),
    ROW(epoll_ctl, ENOMEM, ENOSPC),
    WAITS(epoll_wait, EINTR),
    WAITS(epoll_pwait, EINTR),
    WAITS(poll, ENOMEM, EINTR),
    WAITS(ppoll, ENOMEM, EINTR),
    WAITS(nanosleep, EINTR),
    WAITS(clock_nanosleep, EINTR),
    WAITS(futex, EINTR),
    WAITS(restart_syscall, EINTR),
    NEVER(clock_gettime),
    NEVER(gettimeofday),
};

static const struct call processes[] = {
    ROW(clone, EAGAIN, ENOMEM, ENOSPC, EPERM, EUSERS),
    ROW(clone3, EAGAIN, ENOMEM, ENOSPC, EPERM, EUSERS, ENOSYS),
    ROW(fork, EAGAIN, ENOMEM),
    ROW(vfork, EAGAIN, ENOMEM),
    ROW(unshare, ENOMEM, EPERM, ENOSPC),
    ROW(setns, ENOMEM, EPERM),
    ROW(execve, ENOMEM, EACCES, ENOENT, EIO, EMFILE, ETXTBSY, E2BIG, EAGAIN),
    WAITS(wait4, EINTR),
    WAITS(waitid, EINTR),
    ROW(kill, EPERM),
    ROW(pidfd_open, EMFILE, ENFILE, ENOMEM, ENOSYS),
    ROW(pidfd_send_signal, EPERM, ENOSYS),
    ROW(prlimit64, EPERM),
    ROW(setrlimit, EPERM),
    ROW(getrlimit, EPERM),
    ROW(setsid, EPERM),
    ROW(setpgid, EPERM),
    ROW(sethostname, EPERM),
    WAITS(rt_sigtimedwait, EAGAIN, EINTR),
    ROW(sigaltstack, ENOMEM),
    WAITS(getrandom, EINTR, ENOSYS),
    ROW(rseq, ENOSYS),
    NEVER(rt_sigaction),
    NEVER(rt_sigprocmask),
    NEVER(rt_sigreturn),
    NEVER(tgkill),
    NEVER(getpid),
    NEVER(gettid),
    NEVER(getppid),
    NEVER(getpgrp),
    NEVER(getpgid),
    NEVER(getsid),
    NEVER(getuid),
    NEVER(getgid),
    NEVER(geteuid),
    NEVER(getegid),
    NEVER(getgroups),
    NEVER(getresuid),
    NEVER(getresgid),
    NEVER(uname),
    NEVER(umask),
    NEVER(sysinfo),
    NEVER(getrusage),
    NEVER(sched_yield),
    NEVER(sched_getaffinity),
    NEVER(arch_prctl),
    NEVER(set_tid_address),
    NEVER(set_robust_list),
    NEVER(exit),
    NEVER(exit_group),
};

static const struct call rights[] = {
    ROW(prctl, EPERM),
    ROW(seccomp, ENOMEM, EINVAL, ENOSYS),
    ROW(capset, EPERM),
    ROW(capget, EPERM),
    ROW(setgroups, EPERM, ENOMEM),
    ROW(setresuid, EAGAIN, EPERM, ENOMEM),
    ROW(setresgid, EPERM, ENOMEM),
    ROW(setuid, EAGAIN, EPERM),
    ROW(setgid, EPERM),
    ROW(keyctl, EDQUOT, ENOMEM, EACCES, EPERM, ENOSYS),
    ROW(landlock_create_ruleset, ENOMEM, EMFILE, EOPNOTSUPP, ENOSYS),
    ROW(landlock_add_rule, ENOMEM, EINVAL),
    ROW(landlock_restrict_self, ENOMEM, E2BIG, EPERM),
};

#define TABLE(rows)                                                                                \
    {                                                                                              \
        rows, sizeof(rows) / sizeof *(rows)                                                        \
    }

static const struct {
    const struct call *rows;
    size_t count;
} tables[] = { TABLE(memory),   TABLE(files),     TABLE(mounts),
               TABLE(messages), TABLE(processes), TABLE(rights) };

static const struct call *find(long number, const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (size_t k = 0; k < tables[i].count; k++) {
            const struct call *row = &tables[i].rows[k];

            if (name ? strcmp(row->name, name) == 0 : row->number == number)
                return row;
        }
    return NULL;
}

const struct call *call_of(long number)
{
    return find(number, NULL);
}

const struct call *call_named(const char *name)
{
    return find(-1, name);
}
