/* SPDX-License-Identifier: MIT */
/* Only on x86-64: the foreign doors of that kernel, i386 by "int 0x80" and x32 by a bit of the number. */
#include "seccomp_child.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* getpid by its i386 number. Exit status: 1 when it gave our pid. */
static int old_getpid(const void *unused)
{
    int result = 20;

    (void)unused;
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result == getpid();
}

static int x32_getpid(const void *unused)
{
    (void)unused;
    return syscall(0x40000000L | SYS_getpid) == getpid();
}

static void expect_killed(int status)
{
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void test_i386(void **state)
{
    int status = seccomp_in_child(old_getpid, NULL, false);

    (void)state;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1) {
        print_message("skipped: this kernel has no i386 calls\n");
        skip();
    }
    expect_killed(seccomp_in_child(old_getpid, NULL, true));
}

/* The filter sees the number before the kernel asks whether it has x32 at all. */
static void test_x32(void **state)
{
    int status = seccomp_in_child(x32_getpid, NULL, false);

    (void)state;
    assert_true(WIFEXITED(status));
    expect_killed(seccomp_in_child(x32_getpid, NULL, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_i386),
        cmocka_unit_test(test_x32),
    };

    return cmocka_run_group_tests_name("seccomp-abi", tests, NULL, NULL);
}
