/* SPDX-License-Identifier: MIT */
/* The program-to-be: takes its streams, gives up everything else, and becomes the program. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "backend/native/seccomp.h"
#include "sys/linux/kernel.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u /* 5.11 */
#endif

static int take_streams(const struct native_job *job, int terminal, struct mxc_err *err)
{
    if (setsid() < 0)
        return native_fail(err, "setsid", "start", "session");
    if (terminal >= 0 && ioctl(terminal, TIOCSCTTY, 0) < 0)
        return native_fail(err, "TIOCSCTTY", "take", "terminal");
    for (int i = 0; i < 3; i++) {
        int from = job->is_terminal[i] ? terminal : job->streams[i];

        if (from >= 0 && dup2(from, i) < 0)
            return native_fail(err, "dup2", "take", "standard stream");
    }
    /* Everything else closes when the program is executed; the report channel until then. */
    if (mxc_sys_close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        return native_fail(err, "close_range", "close", "descriptors");
    return 0;
}

static int apply_rlimits(const struct native_job *job, struct mxc_err *err)
{
    for (size_t i = 0; i < job->rlimit_count; i++) {
        __rlimit_resource_t resource = (__rlimit_resource_t)job->rlimits[i].resource;
        struct rlimit limit = { job->rlimits[i].value, job->rlimits[i].value };

        if (setrlimit(resource, &limit) == 0)
            continue;
        /* EPERM: the caller's hard limit is below ours, so it is the stricter one. */
        if (errno != EPERM || getrlimit(resource, &limit) < 0 ||
            limit.rlim_max > job->rlimits[i].value)
            return native_fail(err, "setrlimit", "set", "limit");
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(resource, &limit) < 0)
            return native_fail(err, "setrlimit", "set", "limit");
    }
    return 0;
}

/* A fresh session keyring, so that the caller's is neither visible nor inherited. ENOSYS: the
 * kernel has none; EDQUOT cannot be ours to weaken. */
static int leave_keyring(struct mxc_err *err)
{
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0) >= 0 || errno == ENOSYS)
        return 0;
    if (errno == EPERM)
        return 0; /* a container engine's filter: the calls that read keyrings are closed as well */
    return native_fail(err, "keyctl", "leave", "session keyring");
}

int native_drop_bounding(int last_capability, struct mxc_err *err)
{
    for (int i = 0; i <= last_capability; i++)
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0 && errno != EINVAL)
            return native_fail(err, "PR_CAPBSET_DROP", "drop", "capability");
    return 0;
}

/* What is in no permitted and inheritable set is in no ambient set either. */
int native_drop_capabilities(struct mxc_err *err)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0 } };

    if (syscall(SYS_capset, &header, none) < 0)
        return native_fail(err, "capset", "drop", "capabilities");
    return 0;
}

static int reset_signals(const struct native_job *job, struct mxc_err *err)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int i = 1; i <= 64; i++)
        if (job->ignored_signals >> (i - 1) & 1 && sigaction(i, &action, NULL) < 0 &&
            errno != EINVAL)
            return native_fail(err, "sigaction", "reset", "signal");
    (void)sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return native_fail(err, "sigprocmask", "reset", "signal mask");
    return 0;
}

int native_become_guest(const struct native_job *job, int ruleset, int terminal,
                        struct mxc_err *err)
{
    int error;

    if (take_streams(job, terminal, err) < 0 || apply_rlimits(job, err) < 0 ||
        leave_keyring(err) < 0)
        return -1;
    if (job->cwd[1] && chdir(job->cwd) < 0) /* "/" is where init stands */
        return native_fail(err, "/process/cwd", "enter", job->cwd);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return native_fail(err, "PR_SET_NO_NEW_PRIVS", "set", "no_new_privs");
    if (native_landlock_apply(ruleset, err) < 0 || reset_signals(job, err) < 0)
        return -1;
    error = mxc_seccomp_install();
    if (error)
        return mxc_fail(err, MXC_BACKEND, error, "seccomp",
                        "cannot install the system call filter: %s", strerror(error));
    (void)execve("/bin/sh", (char *const *)(uintptr_t)job->argv, job->environment);
    if (errno == ENOENT || errno == EACCES)
        return mxc_fail(
            err, MXC_BACKEND, errno, "execve",
            "cannot execute '/bin/sh', which runs the command: %s; the program, its loader "
            "or a library of it is denied or not granted by the policy",
            strerror(errno));
    return native_fail(err, "execve", "execute", "/bin/sh");
}
