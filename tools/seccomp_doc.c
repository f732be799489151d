/* SPDX-License-Identifier: MIT */
/* Prints the system call policy for people. */
#include "seccomp_compile.h"

#include <stdio.h>
#include <string.h>

static const char *const verdict_texts[] = {
#define ROW(name, value, text) [MXC_CALL_##name] = text,
    MXC_SECCOMP_VERDICTS(ROW)
#undef ROW
};

static const char *const check_names[] = {
#define ROW(name) [MXC_CALL_CHECK_##name - MXC_CALL_FINAL_COUNT] = #name,
    MXC_SECCOMP_CHECKS(ROW)
#undef ROW
};

static const char introduction[] =
    "# System calls\n"
    "\n"
    "<!-- Printed by tools/seccomp_doc.c from src/backend/native/seccomp_calls.c and\n"
    "seccomp_checks.c; a test compares. After a change: build/tools/seccomp_compile doc "
    ">docs/seccomp.md -->\n"
    "\n"
    "The native engine gives each guest this filter. It is compiled at build time for x86-64 and\n"
    "arm64, cannot be removed by the guest, and holds for every program that it starts.\n"
    "\n"
    "* A call that is not listed answers ENOSYS, as on a kernel that lacks it, so that programs\n"
    "  fall back. That holds for calls of kernels newer than this table as well.\n"
    "* Calls of a foreign ABI (i386 and x32 on x86-64, 32-bit ARM on arm64) kill the process:\n"
    "  they would reach the kernel by numbers that mean something else.\n"
    "* `EPERM` is what the kernel itself says to a process without capabilities. `ENOSYS` is used\n"
    "  where programs have a better way when the call does not exist.\n"
    "* The filter never looks through pointers, which another thread could change after the "
    "check.\n"
    "\n";

static void print_calls(const char *title, bool allowed)
{
    (void)printf(
        "## %s\n\n| call | x86-64 | arm64 | verdict | since | why |\n| --- | --- | --- | --- | "
        "--- | --- |\n",
        title);
    for (size_t i = 0; i < mxc_seccomp_call_count; i++) {
        const struct mxc_seccomp_call *call = &mxc_seccomp_calls[i];
        bool checked = call->verdict >= MXC_CALL_FINAL_COUNT;

        if (allowed != (checked || call->verdict == MXC_CALL_ALLOW))
            continue;
        (void)printf("| `%s`", call->name);
        for (int arch = 0; arch < MXC_SECCOMP_ARCH_COUNT; arch++)
            (void)(call->number[arch] < 0 ? printf(" | –") : printf(" | %d", call->number[arch]));
        (void)printf(" | %s | %s | %s |\n", checked ? "by argument" : verdict_texts[call->verdict],
                     call->since, call->why);
    }
    (void)printf("\n");
}

/* "socket" for SOCKET. */
static void print_check_name(enum mxc_seccomp_verdict verdict)
{
    for (const char *c = check_names[verdict - MXC_CALL_FINAL_COUNT]; *c; c++)
        (void)putchar(*c - 'A' + 'a');
}

static void print_verdict(enum mxc_seccomp_verdict verdict)
{
    if (verdict < MXC_CALL_FINAL_COUNT) {
        (void)printf("%s", verdict_texts[verdict]);
        return;
    }
    (void)printf("see ");
    print_check_name(verdict);
}

static void print_check(enum mxc_seccomp_verdict verdict)
{
    const struct mxc_seccomp_check *check = &mxc_seccomp_checks[verdict - MXC_CALL_FINAL_COUNT];

    (void)printf("### ");
    print_check_name(verdict);
    (void)printf("\n\n| argument | is | verdict |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < check->count; i++) {
        (void)printf("| %d | %s | ", check->cases[i].argument + 1, check->cases[i].text);
        print_verdict(check->cases[i].verdict);
        (void)printf(" |\n");
    }
    (void)printf("| | anything else | ");
    print_verdict(check->otherwise);
    (void)printf(" |\n\n");
}

void seccomp_print_document(void)
{
    (void)fputs(introduction, stdout);
    print_calls("Refused", false);
    (void)printf(
        "## Decided by argument\n\nThe first row that holds decides. Arguments count from 1. "
        "Where the kernel reads a\n32-bit integer, the upper half of the register is ignored, "
        "as the kernel does.\n\n");
    for (int i = MXC_CALL_FINAL_COUNT; i < MXC_CALL_VERDICT_COUNT; i++)
        print_check((enum mxc_seccomp_verdict)i);
    print_calls("Allowed", true);
}
