/* SPDX-License-Identifier: MIT */
/* Build-time compiler of the system call filter. */
#ifndef MXC_TOOLS_SECCOMP_COMPILE_H
#define MXC_TOOLS_SECCOMP_COMPILE_H

#include "backend/native/seccomp_table.h"

#define SECCOMP_CODE_MAX 4096 /* the kernel's limit: BPF_MAXINSNS */

/* One instruction, as struct sock_filter of Linux; the build machine may be another system. */
struct seccomp_insn {
    uint16_t code;
    uint8_t yes;
    uint8_t no;
    uint32_t k;
};

struct seccomp_code {
    struct seccomp_insn items[SECCOMP_CODE_MAX];
    uint8_t
        check_of[SECCOMP_CODE_MAX]; /* verdict of the check that a jump still has to find; else 0 */
    size_t count;
    const char *error; /* NULL, or what is wrong with the table */
};

/* Compiles the table. Returns 0, or -1 with 'out->error'. */
int seccomp_compile(enum mxc_seccomp_arch arch, struct seccomp_code *out);

/* Prints docs/seccomp.md to standard output. */
void seccomp_print_document(void);

#endif
