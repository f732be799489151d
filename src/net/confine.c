/* SPDX-License-Identifier: MIT */
/* What is left to mxc-net once it reads what a guest wrote: sockets of the internet families, memory, time. */
#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each flow takes one descriptor, and each relayed connection two more; see the bounds of net/filter.h and
 * net/relay.h. */
#define DESCRIPTORS 4608u

/* Addresses, not pages: libslirp reserves 256 KiB for each connection, also for those that ended up to ten seconds ago
 * (MXC_FLOWS_BURST and ten times MXC_FLOWS_A_SECOND in net/flows.h), and ends when it gets none. */
#define DATA_BYTES (4ull << 30)

static int fail(struct mxc_err *err, const char *call)
{
    int error = errno;

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot confine the network process: %s",
                    strerror(error));
}

/* The libraries are loaded by now. Any directory that exists serves to mount the empty root on. */
static int leave_files(struct mxc_err *err)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail(err, "mount");
    if (mount("empty", "/proc", "tmpfs", flags, "size=0,nr_inodes=1,mode=0555") < 0 ||
        chdir("/proc") < 0)
        return fail(err, "mount");
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return fail(err, "pivot_root");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) < 0)
        return fail(err, "mount");
    return 0;
}

static int set_limits(struct mxc_err *err)
{
    static const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        { RLIMIT_CORE, 0 },     { RLIMIT_FSIZE, 0 },
        { RLIMIT_NPROC, 0 },    { RLIMIT_NOFILE, DESCRIPTORS },
        { RLIMIT_MEMLOCK, 0 },  { RLIMIT_DATA, DATA_BYTES },
        { RLIMIT_MSGQUEUE, 0 },
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit;

        if (getrlimit(limits[i].resource, &limit) < 0)
            return fail(err, "getrlimit");
        if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > limits[i].value)
            limit.rlim_max = limits[i].value; /* else the caller's is stricter */
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(limits[i].resource, &limit) < 0)
            return fail(err, "setrlimit");
    }
    return 0;
}

static int drop_capabilities(struct mxc_err *err)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0 } };

    for (int i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
        ;
    if (errno != EINVAL) /* beyond the last one */
        return fail(err, "PR_CAPBSET_DROP");
    if (syscall(SYS_capset, &header, none) < 0)
        return fail(err, "capset");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return fail(err, "PR_SET_DUMPABLE");
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? fail(err, "PR_SET_NO_NEW_PRIVS") : 0;
}

/* ---- the second wall around files and sockets by name; a kernel without it has the first */

struct ruleset {
    uint64_t handled_fs;
    uint64_t handled_net;
    uint64_t scoped;
};

static int enter_landlock(struct mxc_err *err)
{
    static const struct {
        int abi;
        struct ruleset handled;
        size_t size;
    } steps[] = {
        { 6, { (1u << 16) - 1, 1, 3 }, sizeof(struct ruleset) }, /* 6.12: scopes; bind() of TCP */
        { 4, { (1u << 15) - 1, 1, 0 }, offsetof(struct ruleset, scoped) },      /* 6.7 */
        { 1, { (1u << 13) - 1, 0, 0 }, offsetof(struct ruleset, handled_net) }, /* 5.13 */
    };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        long ruleset;

        if (abi < steps[i].abi)
            continue;
        ruleset = syscall(SYS_landlock_create_ruleset, &steps[i].handled, steps[i].size, 0);
        if (ruleset < 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
            return fail(err, "landlock_restrict_self");
        (void)close((int)ruleset);
        return 0;
    }
    return 0;
}

/* ---- the filter */

static const unsigned short allowed[] = {
    /* packets and bytes */
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_recvfrom,
    SYS_sendto,
    SYS_recvmsg,
    SYS_sendmsg,
    SYS_connect,
    SYS_accept4,
    SYS_shutdown,
    SYS_getsockname,
    SYS_getpeername,
    SYS_setsockopt,
    SYS_getsockopt,
    SYS_close,
    SYS_fcntl,
    SYS_ppoll,
    /* memory, time, chance */
    SYS_brk,
    SYS_munmap,
    SYS_mremap,
    SYS_madvise,
    SYS_futex,
    SYS_clock_gettime,
    SYS_getrandom,
    /* the end */
    SYS_exit_group,
    SYS_rt_sigreturn,
    SYS_rt_sigprocmask,
    SYS_gettid,
    SYS_getpid,
    SYS_tgkill,
    SYS_restart_syscall,
#ifdef SYS_poll /* not on arm64 */
    SYS_poll,
    SYS_accept,
#endif
};

#define ALLOWED_COUNT (sizeof allowed / sizeof *allowed)
/* The low half; all machines that we build for are little-endian. */
#define LOAD(field)                                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define IF(value, yes, no)   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define HAS(bits, yes, no)   BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), yes, no)
#define ABOVE(most, yes, no) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(most), yes, no)
#define MASK(bits)           BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (uint32_t)(bits))
#define GIVE(what)           BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))
#define REFUSE               GIVE(SECCOMP_RET_ERRNO | EACCES)

#ifdef __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

static const struct sock_filter head[] = {
    LOAD(arch),
    IF(ARCHITECTURE, 1, 0),
    GIVE(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
};

/* Calls of which only some shapes are allowed; each block falls through when the call is another. */
static const struct sock_filter shapes[] = {
    /* streams and datagrams of the internet families: TCP, UDP and echo */
    IF(SYS_socket, 0, 14),
    LOAD(args[0]),
    IF(AF_INET, 1, 0),
    IF(AF_INET6, 0, 10),
    LOAD(args[1]),
    MASK(15), /* without SOCK_CLOEXEC and SOCK_NONBLOCK */
    ABOVE(SOCK_DGRAM, 7, 0),
    LOAD(args[2]),
    IF(0, 4, 0),
    IF(IPPROTO_TCP, 3, 0),
    IF(IPPROTO_UDP, 2, 0),
    IF(IPPROTO_ICMP, 1, 0),
    IF(IPPROTO_ICMPV6, 0, 1),
    GIVE(SECCOMP_RET_ALLOW),
    REFUSE,
    /* what is there to read, and not to wait for it */
    IF(SYS_ioctl, 0, 5),
    LOAD(args[1]),
    IF(FIONREAD, 1, 0),
    IF(FIONBIO, 0, 1),
    GIVE(SECCOMP_RET_ALLOW),
    REFUSE,
    /* memory that holds data */
    IF(SYS_mmap, 1, 0),
    IF(SYS_mprotect, 0, 4),
    LOAD(args[2]),
    HAS(PROT_EXEC, 1, 0),
    GIVE(SECCOMP_RET_ALLOW),
    REFUSE,
    GIVE(SECCOMP_RET_ERRNO | ENOSYS),
};

static int install_filter(struct mxc_err *err)
{
    struct sock_filter
        code[sizeof head / sizeof *head + 2 * ALLOWED_COUNT + sizeof shapes / sizeof *shapes];
    struct sock_fprog program = { .len = sizeof head / sizeof *head, .filter = code };

    memcpy(code, head, sizeof head);
    for (size_t i = 0; i < ALLOWED_COUNT; i++) {
        code[program.len++] = (struct sock_filter)IF(allowed[i], 0, 1);
        code[program.len++] = (struct sock_filter)GIVE(SECCOMP_RET_ALLOW);
    }
    memcpy(code + program.len, shapes, sizeof shapes);
    program.len += sizeof shapes / sizeof *shapes;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        return fail(err, "seccomp");
    return 0;
}

int mxc_net_confine(struct mxc_err *err)
{
    if (leave_files(err) < 0 || set_limits(err) < 0 || drop_capabilities(err) < 0 ||
        enter_landlock(err) < 0)
        return -1;
    return install_filter(err);
}
