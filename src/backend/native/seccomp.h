/* SPDX-License-Identifier: MIT */
/* The system call filter of a guest. */
#ifndef MXC_BACKEND_NATIVE_SECCOMP_H
#define MXC_BACKEND_NATIVE_SECCOMP_H

#include <linux/filter.h>

struct mxc_seccomp_program {
    const struct sock_filter *code; /* static storage */
    unsigned short length;
};

/* The program of this architecture. Makes no system calls. */
const struct mxc_seccomp_program *mxc_seccomp_program(void);

/* Puts the calling thread, and all that it starts, under the filter for good. It must have
 * no_new_privs or CAP_SYS_ADMIN, and nothing more to do that the filter refuses. Returns 0, or an
 * errno: EINVAL when the kernel has no seccomp filters. Safe between fork and exec. */
int mxc_seccomp_install(void);

#endif
