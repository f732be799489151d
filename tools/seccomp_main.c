/* SPDX-License-Identifier: MIT */
/* seccomp_compile ARCH NAME: prints the filter of an architecture as a C header with the array NAME.
 * seccomp_compile doc: prints docs/seccomp.md. */
#include "seccomp_compile.h"

#include <stdio.h>
#include <string.h>

static const char *const arch_names[] = {
#define ROW(name, text, audit) [MXC_SECCOMP_##name] = text,
    MXC_SECCOMP_ARCHES(ROW)
#undef ROW
};

static int print_program(enum mxc_seccomp_arch arch, const char *name)
{
    static struct seccomp_code code;

    if (seccomp_compile(arch, &code) < 0) {
        (void)fprintf(stderr, "seccomp_compile: bad table: %s\n", code.error);
        return 1;
    }
    (void)printf("/* SPDX-License-Identifier: MIT */\n"
                 "/* Made from src/backend/native/seccomp_calls.c and seccomp_checks.c. */\n"
                 "#include <linux/filter.h>\n\n"
                 "static const struct sock_filter %s[] = {\n",
                 name);
    for (size_t i = 0; i < code.count; i++)
        (void)printf("    { 0x%02x, %u, %u, 0x%08x },\n", code.items[i].code, code.items[i].yes,
                     code.items[i].no, code.items[i].k);
    (void)printf("};\n");
    return ferror(stdout) || fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "doc") == 0) {
        seccomp_print_document();
        return ferror(stdout) || fflush(stdout) != 0;
    }
    for (int i = 0; argc == 3 && i < MXC_SECCOMP_ARCH_COUNT; i++)
        if (strcmp(argv[1], arch_names[i]) == 0)
            return print_program((enum mxc_seccomp_arch)i, argv[2]);
    (void)fprintf(stderr, "usage: seccomp_compile x86_64|aarch64 NAME, or doc\n");
    return 2;
}
