/* SPDX-License-Identifier: MIT */
/* The calls that are left to mxc-net: sockets of the internet families, memory, time. */
#include "net/calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* Options of sockets: those that libslirp and we set once packets flow. What a name means depends
 * on its level. */
static const struct {
    int call, level, name;
} options[] = {
    { SYS_setsockopt, SOL_SOCKET, SO_REUSEADDR },
    { SYS_setsockopt, SOL_SOCKET, SO_OOBINLINE },
    { SYS_setsockopt, SOL_SOCKET, SO_LINGER },
    { SYS_setsockopt, IPPROTO_TCP, TCP_NODELAY },
    { SYS_setsockopt, IPPROTO_TCP, TCP_USER_TIMEOUT },
    { SYS_setsockopt, IPPROTO_IP, IP_TTL },
    { SYS_setsockopt, IPPROTO_IP, IP_RECVERR },
    { SYS_setsockopt, IPPROTO_IPV6, IPV6_UNICAST_HOPS },
    { SYS_setsockopt, IPPROTO_IPV6, IPV6_RECVERR },
    { SYS_getsockopt, SOL_SOCKET, SO_ERROR },
};

#define OPTION_COUNT (sizeof options / sizeof *options)
#define OPTION_SIZE  7

/* Calls of which only some shapes are allowed; each block falls through when the call is
 * another. */
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
    IF(SYS_setsockopt, 1, 0),
    IF(SYS_getsockopt, 0, 1),
    REFUSE,
    GIVE(SECCOMP_RET_ERRNO | ENOSYS),
};

/* Falls through, with the call loaded, when it is another one. */
static void put_option(struct sock_filter *out, size_t index)
{
    const struct sock_filter code[OPTION_SIZE] = {
        IF(options[index].call, 0, 6),
        LOAD(args[1]),
        IF(options[index].level, 0, 3),
        LOAD(args[2]),
        IF(options[index].name, 0, 1),
        GIVE(SECCOMP_RET_ALLOW),
        LOAD(nr),
    };

    memcpy(out, code, sizeof code);
}

int mxc_net_calls_bound(struct mxc_err *err)
{
    struct sock_filter code[sizeof head / sizeof *head + 2 * ALLOWED_COUNT +
                            OPTION_SIZE * OPTION_COUNT + sizeof shapes / sizeof *shapes];
    struct sock_fprog program = { .len = sizeof head / sizeof *head, .filter = code };

    memcpy(code, head, sizeof head);
    for (size_t i = 0; i < ALLOWED_COUNT; i++) {
        code[program.len++] = (struct sock_filter)IF(allowed[i], 0, 1);
        code[program.len++] = (struct sock_filter)GIVE(SECCOMP_RET_ALLOW);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++, program.len += OPTION_SIZE)
        put_option(code + program.len, i);
    memcpy(code + program.len, shapes, sizeof shapes);
    program.len += sizeof shapes / sizeof *shapes;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, "seccomp",
                        "cannot bound the calls of the network process: %s", strerror(errno));
    return 0;
}
