/* SPDX-License-Identifier: MIT */
/* The numbers in our table against the system headers, and the other way round: a call that the
 * headers know must have a row, so that somebody has decided about it.
 *
 * MXC_NUMBERS_X86_64 and MXC_NUMBERS_ARM64 name files with the macros of those headers; the build
 * makes them where the headers exist. */
#include "backend/native/seccomp_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct number {
    char name[64];
    char value[64]; /* digits, or the name of another macro */
};

struct numbers {
    struct number items[1024];
    size_t count;
};

/* "#define __NR_read 0" */
static void read_numbers(const char *path, struct numbers *out)
{
    FILE *file = fopen(path, "r");
    char line[512];

    assert_non_null(file);
    out->count = 0;
    while (fgets(line, sizeof line, file)) {
        struct number *item = &out->items[out->count];

        assert_true(out->count < 1024);
        out->count += sscanf(line, "#define __NR%63s %63s", item->name, item->value) == 2;
    }
    (void)fclose(file);
}

/* Follows "__NR3264_fcntl" and the like; -1 when it is not a number in the end. */
static int resolve(const struct numbers *numbers, const char *value)
{
    char *end;
    long number = strtol(value, &end, 10);

    if (end != value)
        return *end ? -1 : (int)number;
    for (size_t i = 0; i < numbers->count && strncmp(value, "__NR", 4) == 0; i++)
        if (strcmp(numbers->items[i].name, value + 4) == 0)
            return resolve(numbers, numbers->items[i].value);
    return -1;
}

static int row_number(const char *name, enum mxc_seccomp_arch arch)
{
    for (size_t i = 0; i < mxc_seccomp_call_count; i++)
        if (strcmp(mxc_seccomp_calls[i].name, name) == 0)
            return mxc_seccomp_calls[i].number[arch];
    return -1;
}

/* Counters and bases, not calls. */
static bool is_no_call(const char *name)
{
    return strcmp(name, "_syscalls") == 0 || strcmp(name, "_arch_specific_syscall") == 0;
}

static void compare(const char *variable, enum mxc_seccomp_arch arch)
{
    static struct numbers numbers;
    const char *path = getenv(variable);
    size_t compared = 0;

    if (!path || !*path) {
        print_message("skipped: the system has no header with these numbers (%s)\n", variable);
        skip();
    }
    read_numbers(path, &numbers);
    for (size_t i = 0; i < numbers.count; i++) {
        const struct number *item = &numbers.items[i];

        if (item->name[0] != '_' || is_no_call(item->name))
            continue;
        int want = resolve(&numbers, item->value);
        int got = row_number(item->name + 1, arch);
        if (got != want)
            fail_msg("%s is %d in the headers, %d in our table", item->name + 1, want, got);
        compared++;
    }
    assert_true(compared > 250);
}

static void test_x86_64(void **state)
{
    (void)state;
    compare("MXC_NUMBERS_X86_64", MXC_SECCOMP_X86_64);
}

static void test_arm64(void **state)
{
    (void)state;
    compare("MXC_NUMBERS_ARM64", MXC_SECCOMP_ARM64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x86_64),
        cmocka_unit_test(test_arm64),
    };

    return cmocka_run_group_tests_name("seccomp-numbers", tests, NULL, NULL);
}
