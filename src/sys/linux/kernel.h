/* SPDX-License-Identifier: MIT */
/* System calls and constants newer than the C library and headers that we build against. Each
 * wrapper is one system call, sets errno, and may be used between fork and exec. */
#ifndef MXC_SYS_LINUX_KERNEL_H
#define MXC_SYS_LINUX_KERNEL_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MXC_CLONE_CLEAR_SIGHAND 0x100000000ull /* 5.5 */
#define MXC_CLONE_INTO_CGROUP   0x200000000ull /* 5.7 */

#define MXC_OPEN_TREE_CLONE   1u
#define MXC_OPEN_TREE_CLOEXEC ((unsigned)O_CLOEXEC)
#define MXC_AT_RECURSIVE      0x8000u
#define MXC_AT_EMPTY_PATH     0x1000u

#define MXC_MOVE_FROM_EMPTY 0x00000004u
#define MXC_MOVE_TO_EMPTY   0x00000040u

#define MXC_ATTR_RDONLY 0x00000001ull
#define MXC_ATTR_NOSUID 0x00000002ull
#define MXC_ATTR_NODEV  0x00000004ull
#define MXC_ATTR_NOEXEC 0x00000008ull
#define MXC_ATTR_IDMAP  0x00100000ull /* 5.12 */
#define MXC_MS_PRIVATE  (1ull << 18)

struct mxc_mount_attr {
    uint64_t attr_set;
    uint64_t attr_clr;
    uint64_t propagation;
    uint64_t userns_fd;
};

struct mxc_clone_args {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
    uint64_t set_tid;
    uint64_t set_tid_size;
    uint64_t cgroup;
};

static inline int mxc_sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve };

    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static inline int mxc_sys_open_tree(int dir, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, dir, path, flags | MXC_OPEN_TREE_CLOEXEC);
}

static inline int mxc_sys_move_mount(int from, const char *from_path, int to, const char *to_path,
                                     unsigned flags)
{
    return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int mxc_sys_mount_setattr(int dir, unsigned flags, const struct mxc_mount_attr *attr)
{
    return (int)syscall(SYS_mount_setattr, dir, "", flags | MXC_AT_EMPTY_PATH, attr, sizeof *attr);
}

static inline long mxc_sys_clone3(struct mxc_clone_args *args, size_t size)
{
    return syscall(SYS_clone3, args, size);
}

static inline int mxc_sys_pivot_root(const char *new_root, const char *put_old)
{
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int mxc_sys_pidfd_signal(int pidfd, int signal_number)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0);
}

static inline int mxc_sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
