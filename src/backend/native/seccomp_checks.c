/* SPDX-License-Identifier: MIT */
/* Verdicts that depend on arguments. The first case that holds decides.
 *
 * The kernel takes most of these arguments as 32-bit integers and ignores the upper half of the
 * register, so the filter looks at the lower half alone: a command with odd upper bits is the same
 * command, and must get the same verdict. */
#include "backend/native/seccomp_table.h"

#define EQUAL(arg, val, result, words)                                                             \
    {                                                                                              \
        .argument = (arg), .op = MXC_SECCOMP_EQUAL, .value = (val), .verdict = MXC_CALL_##result,  \
        .text = words                                                                              \
    }
#define UPTO(arg, val, result, words)                                                              \
    {                                                                                              \
        .argument = (arg), .op = MXC_SECCOMP_UPTO, .value = (val), .verdict = MXC_CALL_##result,   \
        .text = words                                                                              \
    }
#define ANY_BIT(arg, val, result, words)                                                           \
    {                                                                                              \
        .argument = (arg), .op = MXC_SECCOMP_ANY_BIT, .value = (val),                              \
        .verdict = MXC_CALL_##result, .text = words                                                \
    }
#define CHECK(name, cases, result)                                                                 \
    [MXC_CALL_CHECK_##name -                                                                       \
        MXC_CALL_FINAL_COUNT] = { cases, sizeof cases / sizeof cases[0], MXC_CALL_##result }

/* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. CLONE_NEWTIME lies in the byte
 * of the exit signal here, so this call cannot ask for it. The kernel drops the upper 32 bits. */
static const struct mxc_seccomp_case clone_cases[] = {
    ANY_BIT(0, UINT32_C(0x7e020000), EPERM, "a CLONE_NEW* flag"),
};

/* What may stay set: CLONE_FS 0x200, CLONE_FILES 0x400, CLONE_SYSVSEM 0x40000. This argument is a
 * whole register. */
static const struct mxc_seccomp_case unshare_cases[] = {
    { .argument = 0,
      .high = true,
      .op = MXC_SECCOMP_ANY_BIT,
      .value = UINT32_MAX,
      .verdict = MXC_CALL_EPERM,
      .text = "a flag in the upper 32 bits" },
    ANY_BIT(0, ~UINT32_C(0x00040600), EPERM,
            "a flag other than CLONE_FS, CLONE_FILES, CLONE_SYSVSEM"),
};

static const struct mxc_seccomp_case socket_cases[] = {
    EQUAL(0, 1, ALLOW, "AF_UNIX"),
    EQUAL(0, 2, CHECK_INTERNET, "AF_INET"),
    EQUAL(0, 10, CHECK_INTERNET, "AF_INET6"),
    EQUAL(0, 16, CHECK_NETLINK, "AF_NETLINK"),
};

static const struct mxc_seccomp_case socketpair_cases[] = {
    EQUAL(0, 1, ALLOW, "AF_UNIX"),
};

static const struct mxc_seccomp_case ioctl_cases[] = {
    EQUAL(1, 0x5412, EPERM, "TIOCSTI, types into a terminal"),
    EQUAL(1, 0x541c, EPERM, "TIOCLINUX, pastes into a console"),
    EQUAL(1, 0x541d, EPERM, "TIOCCONS, takes the console's output"),
    EQUAL(1, 0x5423, EPERM, "TIOCSETD, loads line disciplines into the kernel"),
    EQUAL(1, 0x5760, EPERM, "IOC_WATCH_QUEUE_SET_SIZE, kernel notifications"),
    EQUAL(1, 0x5761, EPERM, "IOC_WATCH_QUEUE_SET_FILTER, kernel notifications"),
};

/* EINVAL is what a kernel without the option says. */
static const struct mxc_seccomp_case prctl_cases[] = {
    UPTO(0, 0, EINVAL, "0, no option"),
    UPTO(0, 30, ALLOW, "1 to 30, signals, names, dumpable, seccomp, capabilities, timer slack"),
    UPTO(0, 32, EINVAL, "31 and 32, performance events"),
    UPTO(0, 34, ALLOW, "33 and 34, memory error policy"),
    UPTO(0, 35, EINVAL, "35, PR_SET_MM, rewrites what /proc says of the process"),
    UPTO(0, 42, ALLOW, "36 to 42, reaper, no_new_privs, huge pages"),
    UPTO(0, 44, EINVAL, "43 and 44, MPX, gone"),
    UPTO(0, 56, ALLOW, "45 to 56, floating point, ambient set, vectors, speculation, pointer tags"),
    UPTO(0, 58, EINVAL, "57 and 58, PR_SET_IO_FLUSHER"),
    UPTO(0, 61, ALLOW, "59 to 61, user dispatch, pointer keys"),
    UPTO(0, 62, EINVAL, "62, core scheduling"),
    UPTO(0, 68, ALLOW, "63 to 68, matrix extension, write-xor-execute, page merging"),
    UPTO(0, 73, EINVAL, "69 to 73, other architectures"),
    UPTO(0, 76, ALLOW, "74 to 76, shadow stacks"),
    EQUAL(0, UINT32_C(0x53564d41), ALLOW, "PR_SET_VMA, names of memory"),
    EQUAL(0, UINT32_C(0x59616d61), ALLOW, "PR_SET_PTRACER"),
    EQUAL(0, UINT32_C(0x41555856), ALLOW, "PR_GET_AUXV"),
};

static const struct mxc_seccomp_case personality_cases[] = {
    EQUAL(0, 0, ALLOW, "PER_LINUX"),
    EQUAL(0, 0x0008, ALLOW, "PER_LINUX32"),
    EQUAL(0, 0x20000, ALLOW, "UNAME26"),
    EQUAL(0, 0x20008, ALLOW, "UNAME26 with PER_LINUX32"),
    EQUAL(0, UINT32_MAX, ALLOW, "0xffffffff, asks for the present one"),
};

/* A guest's own filters only add to ours: the strictest answer wins. */
static const struct mxc_seccomp_case seccomp_cases[] = {
    ANY_BIT(1, 0x8, EINVAL, "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
};

/* The type without SOCK_CLOEXEC and SOCK_NONBLOCK. Type 10 would be a packet socket. */
static const struct mxc_seccomp_case internet_cases[] = {
    { .argument = 1,
      .op = MXC_SECCOMP_EQUAL,
      .mask = ~UINT32_C(0x80800),
      .value = 1,
      .verdict = MXC_CALL_CHECK_STREAM,
      .text = "SOCK_STREAM" },
    { .argument = 1,
      .op = MXC_SECCOMP_EQUAL,
      .mask = ~UINT32_C(0x80800),
      .value = 2,
      .verdict = MXC_CALL_CHECK_DATAGRAM,
      .text = "SOCK_DGRAM" },
};

/* Others would load protocol modules: SCTP, DCCP, MPTCP, SMC. */
static const struct mxc_seccomp_case stream_cases[] = {
    EQUAL(2, 0, ALLOW, "protocol 0"),
    EQUAL(2, 6, ALLOW, "IPPROTO_TCP"),
};

static const struct mxc_seccomp_case datagram_cases[] = {
    EQUAL(2, 0, ALLOW, "protocol 0"),
    EQUAL(2, 17, ALLOW, "IPPROTO_UDP"),
    EQUAL(2, 1, ALLOW, "IPPROTO_ICMP, ping"),
    EQUAL(2, 58, ALLOW, "IPPROTO_ICMPV6, ping"),
};

static const struct mxc_seccomp_case netlink_cases[] = {
    EQUAL(2, 0, ALLOW, "NETLINK_ROUTE, lists interfaces"),
};

/* A file that the program makes belongs to the caller outside, so with such a bit it would lend the
 * caller's id to everybody who can reach it; a nosuid mount inside does not help there. */
#define SET_ID_BITS UINT32_C(06000)

static const struct mxc_seccomp_case mode1_cases[] = {
    ANY_BIT(1, SET_ID_BITS, EPERM, "a set-user-id or set-group-id bit"),
};

static const struct mxc_seccomp_case mode2_cases[] = {
    ANY_BIT(2, SET_ID_BITS, EPERM, "a set-user-id or set-group-id bit"),
};

static const struct mxc_seccomp_case mode3_cases[] = {
    ANY_BIT(3, SET_ID_BITS, EPERM, "a set-user-id or set-group-id bit"),
};

/* Without O_CREAT 0x40 or O_TMPFILE 0x400000 there is no mode, and its register holds anything. */
static const struct mxc_seccomp_case open_cases[] = {
    ANY_BIT(1, UINT32_C(0x400040), CHECK_MODE2, "O_CREAT or O_TMPFILE"),
};

static const struct mxc_seccomp_case openat_cases[] = {
    ANY_BIT(2, UINT32_C(0x400040), CHECK_MODE3, "O_CREAT or O_TMPFILE"),
};

/* RLIMIT_CORE is 1, at which the kernel neither writes a core file nor starts the host's handler of
 * cores; at 0 it would start the handler. Programs that turn cores off with 0 go on believing they
 * did. */
static const struct mxc_seccomp_case setrlimit_cases[] = {
    EQUAL(0, 4, PRETEND, "RLIMIT_CORE"),
};

static const struct mxc_seccomp_case prlimit_cases[] = {
    EQUAL(1, 4, CHECK_NEW_LIMIT, "RLIMIT_CORE"),
};

static const struct mxc_seccomp_case new_limit_cases[] = {
    { .argument = 2,
      .high = true,
      .op = MXC_SECCOMP_ANY_BIT,
      .value = UINT32_MAX,
      .verdict = MXC_CALL_PRETEND,
      .text = "a new limit" },
    ANY_BIT(2, UINT32_MAX, PRETEND, "a new limit"),
};

const struct mxc_seccomp_check mxc_seccomp_checks[MXC_SECCOMP_CHECK_COUNT] = {
    CHECK(CLONE, clone_cases, ALLOW),
    CHECK(UNSHARE, unshare_cases, ALLOW),
    CHECK(SOCKET, socket_cases, EAFNOSUPPORT),
    CHECK(SOCKETPAIR, socketpair_cases, EAFNOSUPPORT),
    CHECK(IOCTL, ioctl_cases, ALLOW),
    CHECK(PRCTL, prctl_cases, EINVAL),
    CHECK(PERSONALITY, personality_cases, EPERM),
    CHECK(SECCOMP, seccomp_cases, ALLOW),
    CHECK(INTERNET, internet_cases, EPERM),
    CHECK(STREAM, stream_cases, EPROTONOSUPPORT),
    CHECK(DATAGRAM, datagram_cases, EPROTONOSUPPORT),
    CHECK(NETLINK, netlink_cases, EPROTONOSUPPORT),
    CHECK(OPEN, open_cases, ALLOW),
    CHECK(OPENAT, openat_cases, ALLOW),
    CHECK(MODE1, mode1_cases, ALLOW),
    CHECK(MODE2, mode2_cases, ALLOW),
    CHECK(MODE3, mode3_cases, ALLOW),
    CHECK(SETRLIMIT, setrlimit_cases, ALLOW),
    CHECK(PRLIMIT, prlimit_cases, ALLOW),
    CHECK(NEW_LIMIT, new_limit_cases, ALLOW),
};
