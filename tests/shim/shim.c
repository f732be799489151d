/* SPDX-License-Identifier: MIT */
/* Runs a program on a kernel that lacks something: a system call filter gives the answers of such a kernel, or of a
 * container engine that forbids the call.
 *
 *   shim ERRNO CALL,CALL… PROGRAM ARGS… */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../fault/calls.h"

#define MOST 64

static struct sock_filter filter[2 * MOST + 2];
static unsigned short length;

static void add(unsigned short code, unsigned value, unsigned char unless)
{
    filter[length++] = (struct sock_filter)BPF_JUMP(code, value, 0, unless);
}

/* One ABI is enough: the programs are built for it. */
static int compile(char *names, unsigned error)
{
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0);
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        const struct call *call = call_named(name);

        if (!call || length > 2 * MOST - 2) {
            (void)fprintf(stderr, "shim: no row for '%s'\n", name);
            return -1;
        }
        add(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call->number, 1);
        add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error, 0);
    }
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0);
    return 0;
}

int main(int count, char **words)
{
    struct sock_fprog program = { .filter = filter };

    if (count < 4) {
        (void)fprintf(stderr, "usage: shim ERRNO CALL,CALL... PROGRAM ARGS...\n");
        return 2;
    }
    if (compile(words[2], (unsigned)atoi(words[1])) < 0)
        return 2;
    program.len = length;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("shim");
        return 3;
    }
    (void)execv(words[3], words + 3);
    perror(words[3]);
    return 3;
}
