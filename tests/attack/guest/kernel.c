/* SPDX-License-Identifier: MIT */
/* Calls that widen the way into the kernel, foreign ABIs, ids and capabilities, the machine itself.
 * Where a call could do harm if it were let through, its arguments are wrong: the kernel's own answer
 * would then be another one than the refusal that is expected. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

/* number, and up to five plain arguments */
static int call(const struct probe *probe)
{
    const long *n = probe->n;

    return worked(syscall(n[0], n[1], n[2], n[3], n[4], n[5]));
}

static int bpf_map(const struct probe *probe)
{
    union bpf_attr attr = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1
    };

    (void)probe;
    return worked(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
}

static int bpf_filter(const struct probe *probe)
{
    const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
                                     { .code = BPF_JMP | BPF_EXIT } };
    union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                            .insns = (uint64_t)(uintptr_t)code,
                            .insn_cnt = COUNT(code),
                            .license = (uint64_t)(uintptr_t) "GPL" };

    (void)probe;
    return worked(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr));
}

static int measure(const struct probe *probe)
{
    struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
                                    .size = sizeof attr,
                                    .config = PERF_COUNT_SW_TASK_CLOCK,
                                    .exclude_kernel = 1,
                                    .exclude_hv = 1 };

    (void)probe;
    return worked(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int ring(const struct probe *probe)
{
    unsigned char params[120] = { 0 };

    (void)probe;
    return worked(syscall(SYS_io_uring_setup, 1, params));
}

static int add_key(const struct probe *probe)
{
    return worked(syscall(SYS_add_key, "user", probe->name, "x", 1, -2 /* process keyring */));
}

static int find_key(const struct probe *probe)
{
    (void)probe;
    return worked(syscall(SYS_keyctl, 10 /* SEARCH */, -3 /* session */, "user", given("key"), 0));
}

static int request_key(const struct probe *probe)
{
    (void)probe;
    return worked(syscall(SYS_request_key, "user", given("key"), NULL, 0));
}

static int handle_of(const struct probe *probe)
{
    struct {
        unsigned bytes;
        int type;
        unsigned char data[128];
    } handle = { .bytes = sizeof handle.data };
    int mount;

    (void)probe;
    return worked(syscall(SYS_name_to_handle_at, AT_FDCWD, given("rw"), &handle, &mount, 0));
}

/* A filter whose notices a supervisor could answer with "go on": see Landlock's and runc's issues. */
static int notify(const struct probe *probe)
{
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { 1, &allow };

    (void)probe;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return worked(
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

/* Filters only add up: a later one that allows everything must not open what is closed. */
static int allow_all(const struct probe *probe)
{
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { 1, &allow };

    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    return call(probe);
}

#if defined(__x86_64__)
static long old_gate(long number, long first)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(0L), "d"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}
#else
static long old_gate(long number, long first)
{
    (void)number;
    (void)first;
    return -ENOSYS;
}
#endif

/* i386 numbers: 20 getpid, 21 mount, 310 unshare. */
static int by_interrupt(const struct probe *probe)
{
    long result = old_gate(probe->n[0], probe->n[1]);

    errno = result < 0 ? (int)-result : 0;
    return result < 0 ? -1 : WORKED;
}

/* Numbers that this table does not know must look like calls of a newer kernel. */
static int unknown_numbers(const struct probe *probe)
{
    for (long number = 480; number < 1200; number++)
        if (syscall(number, -1L, -1L, -1L, -1L, -1L, -1L) >= 0 || errno != ENOSYS) {
            say("%ld %d", number, errno);
            return WORKED;
        }
    (void)probe;
    errno = ENOSYS;
    return -1;
}

static int shape(const struct probe *probe)
{
    int old = personality(0xffffffff);

    (void)old;
    return worked(personality((unsigned long)probe->n[0]));
}

static int set_ids(const struct probe *probe)
{
    uid_t other = (uid_t)probe->n[0];

    return setresuid(other, other, other);
}

static int set_groups(const struct probe *probe)
{
    const gid_t groups[1] = { (gid_t)probe->n[0] };

    return setgroups(1, groups);
}

static int raise_capabilities(const struct probe *probe)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct all[2] = { { ~0u, ~0u, ~0u }, { 0x1ff, 0x1ff, 0x1ff } };

    (void)probe;
    if (syscall(SYS_capget, &header, all) < 0)
        return -1;
    all[0].permitted |= 1u << CAP_SYS_CHROOT;
    all[0].effective |= 1u << CAP_SYS_CHROOT;
    return worked(syscall(SYS_capset, &header, all));
}

static int option(const struct probe *probe)
{
    const long *n = probe->n;

    return worked(prctl((int)n[0], n[1], n[2], n[3], n[4]));
}

static int set_clock(const struct probe *probe)
{
    /* Not a time: no clock is changed where this gets through. */
    const struct timespec none = { 0, -1 };

    return worked(syscall(SYS_clock_settime, probe->n[0], &none));
}

static int steer_clock(const struct probe *probe)
{
    struct timex nothing = { .modes = 0 };

    (void)probe;
    return worked(syscall(SYS_adjtimex, &nothing));
}

#define SURFACE "kernelCTF: a large surface in the kernel"
#define PAST    "landlock-lsm/linux#23: a ring makes calls that no filter sees"
#define KEYS    "keyrings are not namespaced"
#define ABI     "filter bypass by a foreign ABI"
#define IDS     "ids and capabilities"

const struct probe kernel_probes[] = {
    { "bpf-map", "CVE-2021-3490 kind: eBPF", "make a map", RIGHT, "EPERM", BY_ROOT, bpf_map },
    { "bpf-program", "CVE-2021-3490 kind: eBPF", "load a socket filter", RIGHT, "EPERM", BY_ROOT,
      bpf_filter },
    { "perf", "CVE-2013-2094 kind: perf events", "count its own processor time", RIGHT, "EPERM",
      MAYBE, measure },
    { "io-uring", PAST, "make a ring", RIGHT, "ENOSYS", MAYBE, ring },
    { "userfaultfd",
      "CVE-2021-22555 kind: page faults held up",
      "userfaultfd for user mode",
      RIGHT,
      "EPERM",
      MAYBE,
      call,
      NULL,
      { SYS_userfaultfd, 1 } },
    { "add-key", KEYS, "add a key", MACHINE, "ENOSYS", OUTSIDE, add_key },
    { "find-key", KEYS, "find the caller's key in the session keyring", SECRET, "ENOSYS", OUTSIDE,
      find_key },
    { "request-key", KEYS, "request it", SECRET, "ENOSYS", OUTSIDE, request_key },
    { "name-to-handle", "shocker", "make a handle", RIGHT, "ENOSYS", MAYBE, handle_of },
    { "fanotify",
      "watching others",
      "fanotify_init",
      RIGHT,
      "EPERM",
      MAYBE,
      call,
      NULL,
      { SYS_fanotify_init, 0x200, 0 } },
    { "seccomp-listener", "seccomp notifications", "install a filter with a listener", RIGHT,
      "EINVAL", OUTSIDE, notify },
    { "seccomp-allow",
      "filters only add up",
      "allow everything by a filter of its own, then unshare",
      RIGHT,
      "EPERM",
      OUTSIDE,
      allow_all,
      NULL,
      { SYS_unshare, 0x10000000 } },
    { "seccomp-off",
      "filters only add up",
      "PR_SET_SECCOMP 0",
      RIGHT,
      "EINVAL",
      NOWHERE,
      option,
      NULL,
      { PR_SET_SECCOMP, 0 } },
    { "privileges-back",
      "no_new_privs",
      "PR_SET_NO_NEW_PRIVS 0",
      RIGHT,
      "EINVAL",
      NOWHERE,
      option,
      NULL,
      { PR_SET_NO_NEW_PRIVS, 0 } },
    { "init-module",
      SURFACE,
      "load a module",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_init_module, 0, 0, 0 } },
    { "module-file",
      SURFACE,
      "load a module by descriptor",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_finit_module, -1, 0, 0 } },
    { "kexec",
      "another kernel",
      "kexec_load",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_kexec_load, 0, 0, 0, -1 } },
    { "reboot",
      "the machine",
      "reboot with wrong magic numbers",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_reboot, 0, 0, 0 } },
    { "kernel-log",
      "kernel addresses in the log",
      "read the kernel's log",
      SECRET,
      "EPERM",
      BY_ROOT,
      call,
      NULL,
      { SYS_syslog, 10, 0, 0 } },
    { "swap",
      "the machine",
      "swapon",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_swapon, 0, 0 } },
    { "accounting",
      "files of the kernel",
      "acct",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_acct, -1 } },
    { "quota",
      "filesystems of the host",
      "quotactl",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_quotactl, -1, 0, 0, 0 } },
    { "hang-up",
      "terminals of others",
      "vhangup",
      MACHINE,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_vhangup } },
    { "set-clock",
      "the clock",
      "clock_settime with no time",
      MACHINE,
      "EPERM",
      NOWHERE,
      set_clock,
      NULL,
      { CLOCK_REALTIME } },
    { "steer-clock", "the clock", "adjtimex", MACHINE, "EPERM", OUTSIDE, steer_clock },
#ifdef SYS_iopl
    { "ports", "hardware", "iopl", MACHINE, "EPERM", NOWHERE, call, NULL, { SYS_iopl, 0 } },
#endif
    { "interrupt-80",
      ABI,
      "getpid by int 0x80",
      RIGHT,
      "SIGSYS ENOSYS SIGSEGV",
      MAYBE,
      by_interrupt,
      NULL,
      { 20, 0 } },
    { "interrupt-80-unshare",
      ABI,
      "unshare(CLONE_NEWUSER) by int 0x80",
      RIGHT,
      "SIGSYS ENOSYS SIGSEGV",
      MAYBE,
      by_interrupt,
      NULL,
      { 310, 0x10000000 } },
    { "x32",
      ABI,
      "getpid with the x32 bit",
      RIGHT,
      "SIGSYS",
      NOWHERE,
      call,
      NULL,
      { 0x40000000 | SYS_getpid } },
    { "x32-ioctl",
      "CVE-2017-5226 by another number",
      "ioctl of the x32 table",
      RIGHT,
      "SIGSYS",
      NOWHERE,
      call,
      NULL,
      { 0x40000000 | 514, 0, 0x5412, 0 } },
    { "high-number",
      "numbers of 64 bits",
      "unshare with an upper bit in its number",
      RIGHT,
      "EPERM",
      NOWHERE,
      call,
      NULL,
      { SYS_unshare | (1L << 32), 0x10000000 } },
    { "unknown-numbers", "calls of newer kernels", "every number from 480 to 1199", RIGHT, "ENOSYS",
      NOWHERE, unknown_numbers },
    { "no-randomisation",
      "personality",
      "turn address randomisation off",
      RIGHT,
      "EPERM",
      OUTSIDE,
      shape,
      NULL,
      { ADDR_NO_RANDOMIZE } },
    { "executable-data",
      "personality",
      "READ_IMPLIES_EXEC",
      RIGHT,
      "EPERM",
      OUTSIDE,
      shape,
      NULL,
      { READ_IMPLIES_EXEC } },
    { "zero-page",
      "CVE-2009-2692 kind: null pointers",
      "MMAP_PAGE_ZERO",
      RIGHT,
      "EPERM",
      OUTSIDE,
      shape,
      NULL,
      { MMAP_PAGE_ZERO } },
    { "set-uid", IDS, "become another user", RIGHT, "EPERM EINVAL", BY_ROOT, set_ids, NULL, { 1 } },
    { "set-groups",
      "CVE-2018-7169 kind: groups",
      "take a group",
      RIGHT,
      "EPERM",
      BY_ROOT,
      set_groups,
      NULL,
      { 0 } },
    { "capabilities", IDS, "raise CAP_SYS_CHROOT", RIGHT, "EPERM", OWN, raise_capabilities },
    { "ambient",
      IDS,
      "raise an ambient capability",
      RIGHT,
      "EPERM",
      NOWHERE,
      option,
      NULL,
      { PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0 } },
    { "secure-bits",
      IDS,
      "change the secure bits",
      RIGHT,
      "EPERM",
      OWN,
      option,
      NULL,
      { PR_SET_SECUREBITS, 0 } },
    { "memory-map",
      "PR_SET_MM",
      "rewrite what /proc says of itself",
      SECRET,
      "EINVAL",
      NOWHERE,
      option,
      NULL,
      { PR_SET_MM, 1, 0, 0, 0 } },
    { 0 },
};
