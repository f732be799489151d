/* SPDX-License-Identifier: MIT */
/* Runs a program under a system call filter like those of container engines.
 *
 *   launch PROFILE PROGRAM ARGS...
 *
 * Profiles: "closed" refuses whatever makes namespaces and mounts, as docker's default does without
 * CAP_SYS_ADMIN; "open" is a filter that allows them, as podman's does; "no-clone3" only answers ENOSYS
 * to clone3, because a filter cannot look at its flags; "no-mount" allows namespaces, no mounts;
 * "engine" also refuses what such a profile refuses to a container without capabilities. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array)  (sizeof(array) / sizeof *(array))
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#define NATIVE_ARCH 0
#endif

struct rule {
    long call;
    unsigned verdict;
    unsigned flags; /* of the first argument: the rule holds when one of them is set; 0: always */
};

static const struct rule closed[] = {
    { SYS_clone3, REFUSE(ENOSYS), 0 },       { SYS_clone, REFUSE(EPERM), 0x7e020000 },
    { SYS_unshare, REFUSE(EPERM), 0 },       { SYS_setns, REFUSE(EPERM), 0 },
    { SYS_mount, REFUSE(EPERM), 0 },         { SYS_umount2, REFUSE(EPERM), 0 },
    { SYS_pivot_root, REFUSE(EPERM), 0 },    { SYS_fsopen, REFUSE(EPERM), 0 },
    { SYS_open_tree, REFUSE(EPERM), 0 },     { SYS_move_mount, REFUSE(EPERM), 0 },
    { SYS_mount_setattr, REFUSE(EPERM), 0 }, { SYS_keyctl, REFUSE(EPERM), 0 },
};

static const struct rule open_profile[] = {
    { SYS_keyctl, REFUSE(EPERM), 0 },
    { SYS_bpf, REFUSE(EPERM), 0 },
    { SYS_userfaultfd, REFUSE(EPERM), 0 },
};

static const struct rule no_clone3[] = { { SYS_clone3, REFUSE(ENOSYS), 0 } };

static const struct rule no_mount[] = {
    { SYS_mount, REFUSE(EPERM), 0 },
    { SYS_fsopen, REFUSE(EPERM), 0 },
    { SYS_open_tree, REFUSE(EPERM), 0 },
    { SYS_move_mount, REFUSE(EPERM), 0 },
};

/* What the default profile of podman and cri-o refuses to a container without capabilities. */
static const struct rule engine[] = {
    { SYS_bpf, REFUSE(EPERM), 0 },           { SYS_perf_event_open, REFUSE(EPERM), 0 },
    { SYS_fanotify_init, REFUSE(EPERM), 0 }, { SYS_lookup_dcookie, REFUSE(EPERM), 0 },
    { SYS_quotactl, REFUSE(EPERM), 0 },      { SYS_sethostname, REFUSE(EPERM), 0 },
    { SYS_setdomainname, REFUSE(EPERM), 0 }, { SYS_setns, REFUSE(EPERM), 0 },
    { SYS_chroot, REFUSE(EPERM), 0 },        { SYS_open_by_handle_at, REFUSE(EPERM), 0 },
    { SYS_init_module, REFUSE(EPERM), 0 },   { SYS_finit_module, REFUSE(EPERM), 0 },
    { SYS_delete_module, REFUSE(EPERM), 0 }, { SYS_acct, REFUSE(EPERM), 0 },
    { SYS_kcmp, REFUSE(EPERM), 0 },          { SYS_settimeofday, REFUSE(EPERM), 0 },
    { SYS_clock_settime, REFUSE(EPERM), 0 }, { SYS_vhangup, REFUSE(EPERM), 0 },
    { SYS_kexec_load, REFUSE(EPERM), 0 },    { SYS_swapon, REFUSE(EPERM), 0 },
    { SYS_swapoff, REFUSE(EPERM), 0 },       { SYS_userfaultfd, REFUSE(EPERM), 0 },
    { SYS_vmsplice, REFUSE(EPERM), 0 },      { SYS_move_pages, REFUSE(EPERM), 0 },
    { SYS_migrate_pages, REFUSE(EPERM), 0 }, { SYS_io_uring_setup, REFUSE(ENOSYS), 0 },
};

static const struct {
    const char *name;
    const struct rule *rules;
    size_t count;
} profiles[] = {
    { "closed", closed, COUNT(closed) },       { "open", open_profile, COUNT(open_profile) },
    { "engine", engine, COUNT(engine) },       { "no-clone3", no_clone3, COUNT(no_clone3) },
    { "no-mount", no_mount, COUNT(no_mount) },
};

#define LOAD(member)                                                                               \
    (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define UNLESS_EQUAL(value, skip)                                                                  \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, skip)
#define UNLESS_ANY(value, skip)                                                                    \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (unsigned)(value), 0, skip)
#define ANSWER(value) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, (unsigned)(value))

static size_t add_rule(struct sock_filter *at, const struct rule *rule)
{
    size_t n = 0;

    at[n++] = LOAD(nr);
    at[n++] = UNLESS_EQUAL(rule->call, rule->flags ? 3 : 1);
    if (rule->flags) {
        at[n++] = LOAD(args[0]);
        at[n++] = UNLESS_ANY(rule->flags, 1);
    }
    at[n++] = ANSWER(rule->verdict);
    return n;
}

static int install(const struct rule *rules, size_t count)
{
    struct sock_filter filter[256];
    struct sock_fprog program = { .filter = filter };
    size_t n = 0;

    filter[n++] = LOAD(arch);
    filter[n++] = UNLESS_EQUAL(NATIVE_ARCH, 1);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1);
    filter[n++] = ANSWER(SECCOMP_RET_ALLOW);
    for (size_t i = 0; i < count; i++)
        n += add_rule(filter + n, &rules[i]);
    filter[n++] = ANSWER(SECCOMP_RET_ALLOW);
    program.len = (unsigned short)n;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -1 : 0;
}

int main(int count, char **words)
{
    if (count < 3)
        return 2;
    for (size_t i = 0; i < COUNT(profiles); i++) {
        if (strcmp(profiles[i].name, words[1]) != 0)
            continue;
        if (install(profiles[i].rules, profiles[i].count) < 0) {
            perror("launch: seccomp");
            return 3;
        }
        (void)execv(words[2], words + 2);
        perror(words[2]);
        return 3;
    }
    (void)fprintf(stderr, "launch: no profile '%s'\n", words[1]);
    return 2;
}
