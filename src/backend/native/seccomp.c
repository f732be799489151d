/* SPDX-License-Identifier: MIT */
/* Installs the filter that the build compiled. */
#include "backend/native/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "seccomp_host.h"

#define LENGTH (sizeof host_code / sizeof host_code[0])
_Static_assert(LENGTH <= BPF_MAXINSNS, "the kernel takes no longer program");

static const struct mxc_seccomp_program program = { host_code, LENGTH };

const struct mxc_seccomp_program *mxc_seccomp_program(void)
{
    return &program;
}

int mxc_seccomp_install(void)
{
    /* The kernel copies the program; its type merely lacks the const. */
    struct sock_fprog prog = { .len = program.length };
    const struct sock_filter *code = program.code;

    __builtin_memcpy(&prog.filter, &code, sizeof code);
    /* No flag: SPEC_ALLOW would switch mitigations off, and before exec there is one thread. */
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0 ? 0 : errno;
}
