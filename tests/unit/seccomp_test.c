/* SPDX-License-Identifier: MIT */
/* Runs the compiled filters of both architectures against the table, and the table against lists of
 * its own that say what must never change by accident. */
#include "backend/native/seccomp_table.h"
#include "seccomp_machine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "seccomp_arm64.h"
#include "seccomp_x86_64.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
/* As an expected error: the call returns 0 and does nothing. */
#define PRETEND (-1)

#define ERRNO(number) ((uint32_t)SECCOMP_RET_ERRNO | (number))
#define HIGH          UINT64_C(0xdeadbeef00000000)

static const struct machine_program programs[] = {
    [MXC_SECCOMP_X86_64] = { "x86-64", x86_64_code, COUNT(x86_64_code) },
    [MXC_SECCOMP_ARM64] = { "arm64", arm64_code, COUNT(arm64_code) },
};

/* AUDIT_ARCH_*, not taken from the table. */
static const uint32_t arches[] = {
    [MXC_SECCOMP_X86_64] = 0xc000003e,
    [MXC_SECCOMP_ARM64] = 0xc00000b7,
};

static const uint32_t returns[] = {
    [MXC_CALL_ALLOW] = SECCOMP_RET_ALLOW,
    [MXC_CALL_KILL] = SECCOMP_RET_KILL_PROCESS,
    [MXC_CALL_PRETEND] = ERRNO(0),
    [MXC_CALL_EPERM] = ERRNO(EPERM),
    [MXC_CALL_EINVAL] = ERRNO(EINVAL),
    [MXC_CALL_ENOSYS] = ERRNO(ENOSYS),
    [MXC_CALL_EPROTONOSUPPORT] = ERRNO(EPROTONOSUPPORT),
    [MXC_CALL_EAFNOSUPPORT] = ERRNO(EAFNOSUPPORT),
};

static struct machine_result run_as(size_t arch, uint32_t audit, uint32_t number,
                                    const uint64_t arguments[6])
{
    struct seccomp_data data = { .nr = (int)number, .arch = audit };

    if (arguments)
        memcpy(data.args, arguments, sizeof data.args);
    return machine_run(&programs[arch], &data);
}

static uint32_t verdict_of(size_t arch, uint32_t number, const uint64_t arguments[6])
{
    return run_as(arch, arches[arch], number, arguments).value;
}

static const struct mxc_seccomp_call *find_name(const char *name)
{
    for (size_t i = 0; i < mxc_seccomp_call_count; i++)
        if (strcmp(mxc_seccomp_calls[i].name, name) == 0)
            return &mxc_seccomp_calls[i];
    fail_msg("no row for %s", name);
    return NULL;
}

static const struct mxc_seccomp_call *find_number(size_t arch, uint32_t number)
{
    for (size_t i = 0; i < mxc_seccomp_call_count; i++)
        if (mxc_seccomp_calls[i].number[arch] == (int64_t)number)
            return &mxc_seccomp_calls[i];
    return NULL;
}

static void test_programs_are_sound(void **state)
{
    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        size_t at;
        const char *wrong = machine_check(&programs[arch], &at);

        if (wrong)
            fail_msg("%s, instruction %zu: %s", programs[arch].name, at, wrong);
    }
}

static void test_rows_are_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < mxc_seccomp_call_count; i++) {
        const struct mxc_seccomp_call *call = &mxc_seccomp_calls[i];

        assert_true(call->why && strlen(call->why) > 10);
        assert_non_null(call->since);
        assert_true(call->number[0] >= 0 || call->number[1] >= 0);
        assert_true(call->verdict != MXC_CALL_KILL);
        assert_ptr_equal(find_name(call->name), call);
    }
}

/* Rows without an argument check give one answer whatever the arguments are. */
static void expect_constant(size_t arch, uint32_t number, uint32_t want)
{
    static const uint64_t all[6] = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                     UINT64_MAX, UINT64_MAX, UINT64_MAX };
    struct machine_result zeros = run_as(arch, arches[arch], number, NULL);
    struct machine_result ones = run_as(arch, arches[arch], number, all);

    if (zeros.value != want || ones.value != want)
        fail_msg("%s call %u: 0x%08x and 0x%08x, want 0x%08x", programs[arch].name, number,
                 zeros.value, ones.value, want);
    /* Else the kernel could not skip the filter for calls that are always allowed. */
    assert_false(zeros.looks_at_arguments || ones.looks_at_arguments);
}

static void test_every_number(void **state)
{
    static const uint32_t far[] = { 1024, 4095, 65535, 0x00ffffff, 0x3fffffff };
    size_t checked = 0, expected = 0;

    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        for (uint32_t number = 0; number < 1024; number++) {
            const struct mxc_seccomp_call *call = find_number(arch, number);

            if (call && call->verdict >= MXC_CALL_FINAL_COUNT)
                checked++;
            else
                expect_constant(arch, number, call ? returns[call->verdict] : ERRNO(ENOSYS));
        }
        for (size_t i = 0; i < COUNT(far); i++)
            expect_constant(arch, far[i], ERRNO(ENOSYS));
    }
    for (size_t i = 0; i < mxc_seccomp_call_count; i++)
        for (size_t arch = 0; arch < COUNT(programs); arch++)
            expected += mxc_seccomp_calls[i].verdict >= MXC_CALL_FINAL_COUNT &&
                        mxc_seccomp_calls[i].number[arch] >= 0;
    assert_int_equal(checked, expected); /* test_arguments() has them */
}

static void test_foreign_abis_are_killed(void **state)
{
    /* i386, 32-bit ARM, each other, big-endian arm64, nothing */
    static const uint32_t others[] = { 0x40000003, 0x40000028, 0xc000003e, 0xc00000b7,
                                       0x800000b7, 0,          UINT32_MAX };

    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++)
        for (size_t i = 0; i < COUNT(others); i++)
            for (uint32_t number = 0; number < 1024 && others[i] != arches[arch]; number++)
                assert_int_equal(run_as(arch, others[i], number, NULL).value,
                                 SECCOMP_RET_KILL_PROCESS);
}

static void test_x32_is_killed(void **state)
{
    static const uint32_t edges[] = { 0x40000000, 0x7fffffff, 0x80000000, 0xbfffffff, 0xfffffffe };

    (void)state;
    for (uint32_t number = 0; number < 1024; number++) {
        assert_int_equal(verdict_of(MXC_SECCOMP_X86_64, number | 0x40000000, NULL),
                         SECCOMP_RET_KILL_PROCESS);
        expect_constant(MXC_SECCOMP_ARM64, number | 0x40000000, ERRNO(ENOSYS));
    }
    for (size_t i = 0; i < COUNT(edges); i++) {
        assert_int_equal(verdict_of(MXC_SECCOMP_X86_64, edges[i], NULL), SECCOMP_RET_KILL_PROCESS);
        expect_constant(MXC_SECCOMP_ARM64, edges[i], ERRNO(ENOSYS));
    }
    expect_constant(MXC_SECCOMP_X86_64, UINT32_MAX, ERRNO(ENOSYS));
    expect_constant(MXC_SECCOMP_ARM64, UINT32_MAX, ERRNO(ENOSYS));
}

/* Says it again, apart from the table: these never pass, whatever their arguments. */
static const struct {
    int error;
    const char *names;
} never[] = {
    { ENOSYS, "clone3 io_uring_setup io_uring_enter io_uring_register add_key request_key keyctl "
              "name_to_handle_at openat2 modify_ldt lookup_dcookie uselib create_module _sysctl" },
    { EPERM, "mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig "
             "fsmount fspick mount_setattr setns ptrace process_vm_readv process_vm_writev kcmp "
             "pidfd_getfd bpf perf_event_open userfaultfd open_by_handle_at init_module "
             "finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct "
             "quotactl quotactl_fd sethostname setdomainname vhangup settimeofday clock_settime "
             "clock_adjtime adjtimex syslog fanotify_init iopl ioperm lsm_set_self_attr" },
    { 0, "read write close mmap mprotect futex execve execveat exit_group rt_sigreturn wait4 "
         "ppoll epoll_pwait epoll_pwait2 eventfd2 pipe2 dup3 faccessat2 statx getrandom "
         "rseq membarrier close_range memfd_create landlock_create_ruleset landlock_restrict_self "
         "connect accept4 sendmsg recvmsg kill tgkill setsid clock_gettime clock_nanosleep "
         "sched_setaffinity pidfd_open pidfd_send_signal copy_file_range shmget "
         "set_robust_list set_tid_address fork vfork restart_syscall" },
};

static void expect_named(const char *name, int error)
{
    const struct mxc_seccomp_call *call = find_name(name);

    for (size_t arch = 0; arch < COUNT(programs); arch++)
        if (call->number[arch] >= 0)
            expect_constant(arch, (uint32_t)call->number[arch],
                            error ? ERRNO((uint32_t)error) : (uint32_t)SECCOMP_RET_ALLOW);
}

static void test_named_calls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(never); i++) {
        char names[1024];
        char *rest = names;

        (void)snprintf(names, sizeof names, "%s", never[i].names);
        assert_int_equal(strlen(names), strlen(never[i].names));
        for (char *name; (name = strsep(&rest, " "));)
            expect_named(name, never[i].error);
    }
}

/* Value of an argument, and the error; 0: allowed. Each is tried with odd upper halves as well, and
 * must then give the same, unless 'whole' (then any upper bit gives EPERM). */
static const struct {
    const char *call;
    uint32_t arguments[4];
    int error;
    bool whole;
} arguments[] = {
    { "clone", { 0x11 }, 0 },           /* fork: SIGCHLD */
    { "clone", { 0x01200011 }, 0 },     /* fork of C libraries */
    { "clone", { 0x003d0f00 }, 0 },     /* a thread */
    { "clone", { 0x4111 }, 0 },         /* vfork */
    { "clone", { 0x80000000 }, 0 },     /* CLONE_IO */
    { "clone", { 0x00020011 }, EPERM }, /* CLONE_NEWNS */
    { "clone", { 0x02000011 }, EPERM }, /* CLONE_NEWCGROUP */
    { "clone", { 0x04000011 }, EPERM }, /* CLONE_NEWUTS */
    { "clone", { 0x08000011 }, EPERM }, /* CLONE_NEWIPC */
    { "clone", { 0x10000011 }, EPERM }, /* CLONE_NEWUSER */
    { "clone", { 0x20000011 }, EPERM }, /* CLONE_NEWPID */
    { "clone", { 0x40000011 }, EPERM }, /* CLONE_NEWNET */
    { "clone", { 0xffffffff }, EPERM },
    { "unshare", { 0 }, 0, true },
    { "unshare", { 0x200 }, 0, true },
    { "unshare", { 0x40600 }, 0, true },
    { "unshare", { 0x10000000 }, EPERM, true },
    { "unshare", { 0x80 }, EPERM, true }, /* CLONE_NEWTIME */
    { "unshare", { 0x20000 }, EPERM, true },
    { "unshare", { 0x10000 }, EPERM, true },
    { "unshare", { 0xffffffff }, EPERM, true },
    { "ioctl", { 0, 0x5401 }, 0 }, /* TCGETS */
    { "ioctl", { 0, 0x5413 }, 0 }, /* TIOCGWINSZ */
    { "ioctl", { 0, 0x5411 }, 0 },
    { "ioctl", { 0, 0x5412 }, EPERM }, /* TIOCSTI */
    { "ioctl", { 0, 0x541c }, EPERM }, /* TIOCLINUX */
    { "ioctl", { 0, 0x541d }, EPERM }, /* TIOCCONS */
    { "ioctl", { 0, 0x541e }, 0 },
    { "ioctl", { 0, 0x5423 }, EPERM }, /* TIOCSETD */
    { "ioctl", { 0, 0x5760 }, EPERM }, /* IOC_WATCH_QUEUE_SET_SIZE */
    { "ioctl", { 0, 0x5761 }, EPERM },
    { "ioctl", { 0x5412, 0 }, 0 },
    { "ioctl", { 0, 0xffffffff }, 0 },
    { "socket", { 1, 1, 0 }, 0 },
    { "socket", { 1, 5 | 0x80800, 0 }, 0 },
    { "socket", { 2, 1, 0 }, 0 },
    { "socket", { 2, 1 | 0x80000, 6 }, 0 },
    { "socket", { 10, 1 | 0x800, 6 }, 0 },
    { "socket", { 2, 2, 17 }, 0 },
    { "socket", { 2, 2 | 0x80800, 0 }, 0 },
    { "socket", { 2, 2, 1 }, 0 }, /* ping */
    { "socket", { 10, 2, 58 }, 0 },
    { "socket", { 2, 3, 1 }, EPERM }, /* SOCK_RAW */
    { "socket", { 2, 3 | 0x80000, 255 }, EPERM },
    { "socket", { 10, 3, 58 }, EPERM },
    { "socket", { 2, 10, 3 }, EPERM },         /* SOCK_PACKET */
    { "socket", { 2, 5, 132 }, EPERM },        /* SCTP */
    { "socket", { 2, 6, 33 }, EPERM },         /* DCCP */
    { "socket", { 2, 1 | 0x1000, 6 }, EPERM }, /* a type flag that no kernel has */
    { "socket", { 2, 1, 132 }, EPROTONOSUPPORT },
    { "socket", { 2, 1, 262 }, EPROTONOSUPPORT }, /* MPTCP */
    { "socket", { 2, 2, 136 }, EPROTONOSUPPORT }, /* UDP-Lite */
    { "socket", { 2, 2, 6 }, EPROTONOSUPPORT },
    { "socket", { 16, 3, 0 }, 0 }, /* NETLINK_ROUTE */
    { "socket", { 16, 2 | 0x80000, 0 }, 0 },
    { "socket", { 16, 3, 4 }, EPROTONOSUPPORT },  /* SOCK_DIAG */
    { "socket", { 16, 3, 6 }, EPROTONOSUPPORT },  /* XFRM */
    { "socket", { 16, 3, 9 }, EPROTONOSUPPORT },  /* AUDIT */
    { "socket", { 16, 3, 12 }, EPROTONOSUPPORT }, /* NETFILTER */
    { "socket", { 16, 3, 15 }, EPROTONOSUPPORT }, /* KOBJECT_UEVENT */
    { "socket", { 16, 3, 16 }, EPROTONOSUPPORT }, /* GENERIC */
    { "socket", { 17, 3, 0x300 }, EAFNOSUPPORT }, /* AF_PACKET */
    { "socket", { 38, 5, 0 }, EAFNOSUPPORT },     /* AF_ALG */
    { "socket", { 40, 1, 0 }, EAFNOSUPPORT },     /* AF_VSOCK */
    { "socket", { 44, 3, 0 }, EAFNOSUPPORT },     /* AF_XDP */
    { "socket", { 31, 3, 1 }, EAFNOSUPPORT },     /* AF_BLUETOOTH */
    { "socket", { 30, 1, 0 }, EAFNOSUPPORT },     /* AF_TIPC */
    { "socket", { 43, 1, 0 }, EAFNOSUPPORT },     /* AF_SMC */
    { "socket", { 0, 1, 0 }, EAFNOSUPPORT },
    { "socket", { 0xffffffff, 1, 0 }, EAFNOSUPPORT },
    { "socketpair", { 1, 1, 0 }, 0 },
    { "socketpair", { 2, 1, 0 }, EAFNOSUPPORT },
    { "socketpair", { 30, 1, 0 }, EAFNOSUPPORT },
    { "prctl", { 0 }, EINVAL },
    { "prctl", { 1 }, 0 },  /* PR_SET_PDEATHSIG */
    { "prctl", { 4 }, 0 },  /* PR_SET_DUMPABLE */
    { "prctl", { 15 }, 0 }, /* PR_SET_NAME */
    { "prctl", { 22 }, 0 }, /* PR_SET_SECCOMP */
    { "prctl", { 31 }, EINVAL },
    { "prctl", { 32 }, EINVAL },
    { "prctl", { 33 }, 0 },
    { "prctl", { 35 }, EINVAL }, /* PR_SET_MM */
    { "prctl", { 36 }, 0 },      /* PR_SET_CHILD_SUBREAPER */
    { "prctl", { 38 }, 0 },      /* PR_SET_NO_NEW_PRIVS */
    { "prctl", { 43 }, EINVAL },
    { "prctl", { 47 }, 0 }, /* PR_CAP_AMBIENT */
    { "prctl", { 57 }, EINVAL },
    { "prctl", { 59 }, 0 },
    { "prctl", { 62 }, EINVAL }, /* PR_SCHED_CORE */
    { "prctl", { 65 }, 0 },      /* PR_SET_MDWE */
    { "prctl", { 69 }, EINVAL },
    { "prctl", { 74 }, 0 },
    { "prctl", { 77 }, EINVAL },
    { "prctl", { 0x53564d41 }, 0 }, /* PR_SET_VMA */
    { "prctl", { 0x53564d42 }, EINVAL },
    { "prctl", { 0xffffffff }, EINVAL },
    { "personality", { 0 }, 0 },
    { "personality", { 8 }, 0 },
    { "personality", { 0x20000 }, 0 },
    { "personality", { 0x20008 }, 0 },
    { "personality", { 0xffffffff }, 0 },
    { "personality", { 0x40000 }, EPERM },  /* ADDR_NO_RANDOMIZE */
    { "personality", { 0x400000 }, EPERM }, /* READ_IMPLIES_EXEC */
    { "personality", { 1 }, EPERM },
    { "seccomp", { 1, 0 }, 0 },
    { "seccomp", { 1, 1 }, 0 },      /* TSYNC */
    { "seccomp", { 1, 8 }, EINVAL }, /* NEW_LISTENER */
    { "seccomp", { 1, 0x39 }, EINVAL },
    { "seccomp", { 2, 0 }, 0 },
    { "prlimit64", { 0, 7, 1 }, 0 },
    { "prlimit64", { 0, 4, 1 }, PRETEND },
    { "setrlimit", { 7, 1 }, 0 },
    { "setrlimit", { 4, 1 }, PRETEND },
    { "open", { 1, 0, 04755 }, 0 }, /* no O_CREAT, no mode */
    { "open", { 1, 0x40, 0755 }, 0 },
    { "open", { 1, 0x40, 04755 }, EPERM },
    { "open", { 1, 0x41, 02000 }, EPERM },
    { "creat", { 1, 0644 }, 0 },
    { "creat", { 1, 04644 }, EPERM },
    { "openat", { 1, 2, 0, 06777 }, 0 },
    { "openat", { 1, 2, 0x40, 01777 }, 0 },
    { "openat", { 1, 2, 0x40, 04700 }, EPERM },
    { "openat", { 1, 2, 0x410000, 02700 }, EPERM }, /* O_TMPFILE */
    { "chmod", { 1, 01777 }, 0 },
    { "chmod", { 1, 04755 }, EPERM },
    { "fchmod", { 1, 02755 }, EPERM },
    { "fchmod", { 1, 0777 }, 0 },
    { "fchmodat", { 1, 2, 04000 }, EPERM },
    { "fchmodat", { 1, 2, 0644 }, 0 },
    { "fchmodat2", { 1, 2, 04000 }, EPERM },
    { "fchmodat2", { 1, 2, 0644 }, 0 },
    { "mknod", { 1, 0106755 }, EPERM },
    { "mknod", { 1, 0100755 }, 0 },
    { "mknodat", { 1, 2, 0104755 }, EPERM },
    { "mknodat", { 1, 2, 0100755 }, 0 },
};

static void expect_arguments(size_t arch, size_t i, uint64_t high, uint32_t want)
{
    uint32_t number = (uint32_t)find_name(arguments[i].call)->number[arch];
    uint64_t values[6] = { 0 };

    for (size_t k = 0; k < 4; k++)
        values[k] = arguments[i].arguments[k] | high;
    uint32_t got = verdict_of(arch, number, values);
    if (got != want)
        fail_msg("%s %s(0x%llx, 0x%llx, 0x%llx): 0x%08x, want 0x%08x", programs[arch].name,
                 arguments[i].call, (unsigned long long)values[0], (unsigned long long)values[1],
                 (unsigned long long)values[2], got, want);
}

static void test_arguments(void **state)
{
    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        for (size_t i = 0; i < COUNT(arguments); i++) {
            if (find_name(arguments[i].call)->number[arch] < 0)
                continue;
            uint32_t want = arguments[i].error ? ERRNO((uint32_t)arguments[i].error)
                                               : (uint32_t)SECCOMP_RET_ALLOW;

            if (arguments[i].error == PRETEND)
                want = ERRNO(0);
            expect_arguments(arch, i, 0, want);
            want = arguments[i].whole ? ERRNO(EPERM) : want;
            expect_arguments(arch, i, HIGH, want);
            expect_arguments(arch, i, UINT64_C(1) << 32, want);
            expect_arguments(arch, i, UINT64_C(1) << 63, want);
        }
    }
}

/* Reading the limit of cores stays possible: there is no new limit, in either half of the pointer. */
static void test_core_limit_can_be_read(void **state)
{
    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        uint32_t number = (uint32_t)find_name("prlimit64")->number[arch];

        assert_int_equal(verdict_of(arch, number, (uint64_t[6]){ 0, 4, 0, 1 }), SECCOMP_RET_ALLOW);
        assert_int_equal(verdict_of(arch, number, (uint64_t[6]){ 0, 4, HIGH, 1 }), ERRNO(0));
        assert_int_equal(verdict_of(arch, number, (uint64_t[6]){ 0, 4, 1, 1 }), ERRNO(0));
    }
}

/* Every family and netlink protocol, so that no number slips between the rows above. */
static void test_all_families(void **state)
{
    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        uint32_t number = (uint32_t)find_name("socket")->number[arch];

        for (uint64_t value = 0; value < 256; value++) {
            bool known = value == 1 || value == 2 || value == 10 || value == 16;
            uint32_t family = verdict_of(arch, number, (uint64_t[6]){ value, 1, 0 });
            uint32_t netlink = verdict_of(arch, number, (uint64_t[6]){ 16, 3, value });
            uint32_t type = verdict_of(arch, number, (uint64_t[6]){ 2, value, 0 });

            assert_int_equal(family, known ? SECCOMP_RET_ALLOW : ERRNO(EAFNOSUPPORT));
            assert_int_equal(netlink, value == 0 ? SECCOMP_RET_ALLOW : ERRNO(EPROTONOSUPPORT));
            assert_int_equal(type, value == 1 || value == 2 ? SECCOMP_RET_ALLOW : ERRNO(EPERM));
        }
    }
}

/* The search must stay a search: a list would need hundreds of steps. */
static void test_path_lengths(void **state)
{
    static const char *const names[] = { "read", "write",       "openat", "close", "futex",
                                         "mmap", "epoll_pwait", "clone",  "ioctl", "socket" };

    (void)state;
    for (size_t arch = 0; arch < COUNT(programs); arch++) {
        print_message("%s: %zu instructions; on the path:", programs[arch].name,
                      programs[arch].length);
        for (size_t i = 0; i < COUNT(names); i++) {
            uint32_t number = (uint32_t)find_name(names[i])->number[arch];
            size_t steps = run_as(arch, arches[arch], number, (uint64_t[6]){ 2, 1, 6 }).steps;

            print_message(" %s %zu", names[i], steps);
            assert_in_range(steps, 1, 32);
        }
        print_message("\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs_are_sound), cmocka_unit_test(test_rows_are_complete),
        cmocka_unit_test(test_every_number),       cmocka_unit_test(test_foreign_abis_are_killed),
        cmocka_unit_test(test_x32_is_killed),      cmocka_unit_test(test_named_calls),
        cmocka_unit_test(test_arguments),          cmocka_unit_test(test_core_limit_can_be_read),
        cmocka_unit_test(test_all_families),       cmocka_unit_test(test_path_lengths),
    };

    return cmocka_run_group_tests_name("seccomp", tests, NULL, NULL);
}
