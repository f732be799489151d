/* SPDX-License-Identifier: MIT */
/* The system call policy of a guest as data. The build compiles it to filter programs
 * (tools/seccomp_compile.c), docs/seccomp.md is printed from it, and tests run the result. */
#ifndef MXC_BACKEND_NATIVE_SECCOMP_TABLE_H
#define MXC_BACKEND_NATIVE_SECCOMP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Architecture: name as meson has it, AUDIT_ARCH_* value. */
#define MXC_SECCOMP_ARCHES(X)                                                                      \
    X(X86_64, "x86_64", UINT32_C(0xc000003e))                                                      \
    X(ARM64, "aarch64", UINT32_C(0xc00000b7))

enum mxc_seccomp_arch {
#define MXC_SECCOMP_ARCH_ENUM(name, text, audit) MXC_SECCOMP_##name,
    MXC_SECCOMP_ARCHES(MXC_SECCOMP_ARCH_ENUM)
#undef MXC_SECCOMP_ARCH_ENUM
        MXC_SECCOMP_ARCH_COUNT,
};

/* On x86-64, numbers from here on belong to the x32 ABI. */
#define MXC_SECCOMP_X32 UINT32_C(0x40000000)

/* Final verdicts: name, what the filter returns (SECCOMP_RET_* with the errno in the low half; the
 * errno values are the same on both architectures), text. */
#define MXC_SECCOMP_VERDICTS(X)                                                                    \
    X(ALLOW, UINT32_C(0x7fff0000), "allowed")                                                      \
    X(KILL, UINT32_C(0x80000000), "kills the process")                                             \
    X(PRETEND, UINT32_C(0x00050000), "done in name only: returns 0")                               \
    X(EPERM, UINT32_C(0x00050000) | 1, "EPERM")                                                    \
    X(EINVAL, UINT32_C(0x00050000) | 22, "EINVAL")                                                 \
    X(ENOSYS, UINT32_C(0x00050000) | 38, "ENOSYS")                                                 \
    X(EPROTONOSUPPORT, UINT32_C(0x00050000) | 93, "EPROTONOSUPPORT")                               \
    X(EAFNOSUPPORT, UINT32_C(0x00050000) | 97, "EAFNOSUPPORT")

/* Verdicts that depend on arguments. A check may lead only to checks below it. */
#define MXC_SECCOMP_CHECKS(X)                                                                      \
    X(CLONE)                                                                                       \
    X(UNSHARE)                                                                                     \
    X(SOCKET)                                                                                      \
    X(SOCKETPAIR)                                                                                  \
    X(IOCTL)                                                                                       \
    X(PRCTL)                                                                                       \
    X(PERSONALITY)                                                                                 \
    X(SECCOMP)                                                                                     \
    X(INTERNET)                                                                                    \
    X(STREAM)                                                                                      \
    X(DATAGRAM)                                                                                    \
    X(NETLINK) X(OPEN) X(OPENAT) X(MODE1) X(MODE2) X(MODE3) X(SETRLIMIT) X(PRLIMIT) X(NEW_LIMIT)

enum mxc_seccomp_verdict {
#define MXC_CALL_ENUM(name, value, text) MXC_CALL_##name,
    MXC_SECCOMP_VERDICTS(MXC_CALL_ENUM)
#undef MXC_CALL_ENUM
        MXC_CALL_FINAL_COUNT,
    MXC_CALL_BEFORE_CHECKS = MXC_CALL_FINAL_COUNT - 1,
#define MXC_CALL_ENUM(name) MXC_CALL_CHECK_##name,
    MXC_SECCOMP_CHECKS(MXC_CALL_ENUM)
#undef MXC_CALL_ENUM
        MXC_CALL_VERDICT_COUNT,
};

#define MXC_SECCOMP_CHECK_COUNT (MXC_CALL_VERDICT_COUNT - MXC_CALL_FINAL_COUNT)

struct mxc_seccomp_call {
    const char *name;
    int16_t number[MXC_SECCOMP_ARCH_COUNT]; /* -1: not on this architecture */
    enum mxc_seccomp_verdict verdict;
    const char *since; /* first kernel that has it; "" when 5.0 does */
    const char *why;
};

enum mxc_seccomp_op {
    MXC_SECCOMP_EQUAL,   /* (word & mask) == value */
    MXC_SECCOMP_UPTO,    /* (word & mask) <= value */
    MXC_SECCOMP_ANY_BIT, /* (word & value) != 0; the mask is not used */
};

struct mxc_seccomp_case {
    uint8_t argument; /* 0 to 5 */
    bool high; /* the upper 32 bits of it, else the lower; the kernel reads an int from the lower */
    enum mxc_seccomp_op op;
    uint32_t mask; /* 0: all bits */
    uint32_t value;
    enum mxc_seccomp_verdict verdict; /* when it holds; else the next case is tried */
    const char *text;
};

struct mxc_seccomp_check {
    const struct mxc_seccomp_case *cases;
    size_t count;
    enum mxc_seccomp_verdict otherwise;
};

/* Every call that Linux has or had on either architecture, by theme. What is not here is ENOSYS. */
extern const struct mxc_seccomp_call mxc_seccomp_calls[];
extern const size_t mxc_seccomp_call_count;

/* Index: verdict - MXC_CALL_FINAL_COUNT. */
extern const struct mxc_seccomp_check mxc_seccomp_checks[MXC_SECCOMP_CHECK_COUNT];

#endif
