/* SPDX-License-Identifier: MIT */
/* Making the child with its namespaces, and its id maps. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

#define NAMESPACES                                                                                 \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)

static bool file_says(const char *path, uint64_t value)
{
    uint64_t found;

    return mxc_sys_read_number(path, &found) && found == value;
}

/* "Seccomp:\t2" in our own status: some container engine filters us. */
static bool filtered(void)
{
    auto_free char *status = mxc_sys_read_file("/proc/self/status", NULL);
    const char *line = status ? strstr(status, "\nSeccomp:\t") : NULL;

    return line && line[10] == '2';
}

static const struct {
    const char *path;
    uint64_t value;
    const char *reason;
    const char *remedy;
} switches[] = {
    { "/proc/sys/user/max_user_namespaces", 0, "user.max_user_namespaces is 0",
      "sudo sysctl -w user.max_user_namespaces=15000" },
    { "/proc/sys/kernel/unprivileged_userns_clone", 0, "kernel.unprivileged_userns_clone is 0",
      "sudo sysctl -w kernel.unprivileged_userns_clone=1" },
    { "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1,
      "kernel.apparmor_restrict_unprivileged_userns is 1",
      "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
};

void native_explain_namespaces(int error, char *reason, size_t reason_size, char *remedy,
                               size_t remedy_size)
{
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (!file_says(switches[i].path, switches[i].value))
            continue;
        (void)snprintf(reason, reason_size, "the host forbids user namespaces: %s",
                       switches[i].reason);
        (void)snprintf(remedy, remedy_size, "%s", switches[i].remedy);
        return;
    }
    if (error == ENOSPC || error == EUSERS) {
        (void)snprintf(reason, reason_size,
                       "too many user namespaces exist, or they nest too deep");
        (void)snprintf(remedy, remedy_size, "sudo sysctl -w user.max_user_namespaces=15000");
    } else if (filtered()) {
        (void)snprintf(reason, reason_size,
                       "a seccomp filter around this process (a container engine's) forbids user "
                       "namespaces: %s",
                       strerror(error));
        (void)snprintf(remedy, remedy_size,
                       "start the container with --security-opt seccomp=unconfined, or with a "
                       "profile that allows clone, unshare, mount and pivot_root");
    } else {
        (void)snprintf(reason, reason_size, "the kernel refuses to make the namespaces: %s",
                       strerror(error));
        (void)snprintf(remedy, remedy_size, "run 'mxc probe' to see what this host lacks");
    }
}

int native_refuse_namespaces(int error, struct mxc_err *err)
{
    char reason[160], remedy[200];

    native_explain_namespaces(error, reason, sizeof reason, remedy, sizeof remedy);
    return mxc_fail(err, MXC_UNAVAILABLE, error, NATIVE_NAMESPACES, "%s; try: %s", reason, remedy);
}

/* Where a filter answers ENOSYS to clone3, because it cannot look at its flags. */
static pid_t clone_old_way(int *pidfd)
{
#if defined(__x86_64__) || defined(__aarch64__)
    long pid =
        syscall(SYS_clone, (unsigned long)(NAMESPACES | CLONE_PIDFD | SIGCHLD), 0, pidfd, 0, 0);

    return (pid_t)pid;
#else
    errno = ENOSYS;
    return -1;
#endif
}

pid_t native_clone(int cgroup, int *pidfd, struct mxc_err *err)
{
    int fd = -1;
    struct mxc_clone_args args = {
        .flags = NAMESPACES | CLONE_PIDFD | MXC_CLONE_CLEAR_SIGHAND,
        .pidfd = (uint64_t)(uintptr_t)&fd,
        .exit_signal = SIGCHLD,
    };
    pid_t pid;

    if (cgroup >= 0) {
        args.flags |= MXC_CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup;
    }
    pid = (pid_t)mxc_sys_clone3(&args, sizeof args);
    if (pid < 0 && errno == ENOSYS && cgroup < 0)
        pid = clone_old_way(&fd);
    if (pid > 0)
        *pidfd = fd;
    if (pid >= 0)
        return pid;
    if (cgroup >= 0 && errno != EPERM && errno != ENOSPC && errno != EUSERS)
        return native_fail(err, "clone3", "start a process in the cgroup of", "the sandbox");
    return native_refuse_namespaces(errno, err);
}

static int write_map(pid_t child, const char *name, const char *text, struct mxc_err *err)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)child, name);
    if (mxc_sys_write_at(AT_FDCWD, path, text) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, name,
                        "cannot write the %s of the new user namespace: %s", name, strerror(errno));
    return 0;
}

unsigned native_first_id(pid_t init)
{
    return NATIVE_ID_BASE + (unsigned)init % NATIVE_ID_RANGES * NATIVE_ID_COUNT;
}

int native_map_ids(pid_t child, const struct native_job *job, struct mxc_err *err)
{
    char users[64], groups[64];

    if (job->mapped) {
        unsigned first = native_first_id(child);

        (void)snprintf(users, sizeof users, "0 %u %u", first, NATIVE_ID_COUNT);
        (void)snprintf(groups, sizeof groups, "0 %u %u", first, NATIVE_ID_COUNT);
    } else {
        (void)snprintf(users, sizeof users, "%u %u 1", (unsigned)job->uid, (unsigned)job->uid);
        (void)snprintf(groups, sizeof groups, "%u %u 1", (unsigned)job->gid, (unsigned)job->gid);
        /* Required before an unprivileged gid_map; the program can then drop no group either. */
        if (write_map(child, "setgroups", "deny", err) < 0)
            return -1;
    }
    if (write_map(child, "uid_map", users, err) < 0)
        return -1;
    return write_map(child, "gid_map", groups, err);
}
