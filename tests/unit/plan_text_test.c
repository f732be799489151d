/* SPDX-License-Identifier: MIT */
/* The text form: every kind of step has a line, and odd bytes cannot break it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"

static void check(struct mxc_step step, const char *want)
{
    struct mxc_plan plan = { .steps = &step, .count = 1 };
    auto_buf text = { 0 };

    mxc_plan_text(&plan, &text);
    assert_string_equal(text.data, want);
}

static void test_kinds(void **state)
{
    (void)state;
    check((struct mxc_step){ .kind = MXC_STEP_DIRECTORY, .to = "/a" }, "directory /a\n");
    check((struct mxc_step){ .kind = MXC_STEP_FILE, .to = "/a" }, "file /a\n");
    check((struct mxc_step){ .kind = MXC_STEP_SYMLINK, .from = "b/c", .to = "/a" },
          "symlink /a -> b/c\n");
    check((struct mxc_step){ .kind = MXC_STEP_BIND, .from = "/a", .to = "/b" },
          "bind /a -> /b ro\n");
    check((struct mxc_step){ .kind = MXC_STEP_PIN, .to = "/a", .flags = MXC_STEP_RW },
          "pin /a rw\n");
    check((struct mxc_step){ .kind = MXC_STEP_HIDE, .to = "/a", .object = MXC_OBJECT_SOCKET },
          "hide /a socket\n");
    check((struct mxc_step){ .kind = MXC_STEP_SHELL, .to = "/a" }, "shell /a\n");
    check((struct mxc_step){ .kind = MXC_STEP_TMP, .to = "/tmp" }, "tmp /tmp\n");
    check((struct mxc_step){ .kind = MXC_STEP_DEVICES, .to = "/dev" }, "devices /dev\n");
    check((struct mxc_step){ .kind = MXC_STEP_PROC, .to = "/proc" }, "proc /proc\n");
    check((struct mxc_step){ .kind = MXC_STEP_ENVIRONMENT, .from = "A=b c" },
          "environment A=b c\n");
    check((struct mxc_step){ .kind = MXC_STEP_DIRECTORY_IN, .to = "/a" }, "cwd /a\n");
    check((struct mxc_step){ .kind = MXC_STEP_COMMAND, .from = "ls  -l" }, "command ls  -l\n");
    check((struct mxc_step){ .kind = MXC_STEP_IDS }, "ids\n");
    check((struct mxc_step){ .kind = MXC_STEP_NETWORK, .from = "none" }, "network none\n");
    check((struct mxc_step){ .kind = MXC_STEP_CONTENT, .to = "/a b", .from = "c d\ne\n" },
          "content /a\\x20b c d\\x0ae\\x0a\n");
    check((struct mxc_step){ .kind = MXC_STEP_RULE, .from = "allow any to ::/0" },
          "rule allow any to ::/0\n");
    check((struct mxc_step){ .kind = MXC_STEP_PUBLISH, .from = "tcp [::1]:1 -> 2" },
          "publish tcp [::1]:1 -> 2\n");
    check((struct mxc_step){ .kind = MXC_STEP_PROXY, .from = "http://a:1" }, "proxy http://a:1\n");
    check((struct mxc_step){ .kind = MXC_STEP_LIMIT, .from = "tmpMb", .size = 7 },
          "limit tmpMb 7\n");
    check((struct mxc_step){ .kind = MXC_STEP_TIMEOUT, .size = 1500 }, "timeout 1500\n");
    check((struct mxc_step){ .kind = MXC_STEP_NOTE, .from = "so it is" }, "note so it is\n");
}

static void test_flags(void **state)
{
    struct mxc_step step = { .kind = MXC_STEP_BIND,
                             .from = "/a",
                             .to = "/a",
                             .flags = MXC_STEP_RW | MXC_STEP_OPTIONAL | MXC_STEP_DEVICE |
                                      MXC_STEP_MAPPED | MXC_STEP_RECURSIVE | MXC_STEP_DEFAULT };

    (void)state;
    check(step, "bind /a -> /a rw optional device mapped recursive default\n");
    check((struct mxc_step){ .kind = MXC_STEP_IDS, .flags = MXC_STEP_MAPPED }, "ids mapped\n");
}

static void test_odd_bytes(void **state)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        { "/a b", "/a\\x20b" },
        { "/a\nhide /b", "/a\\x0ahide\\x20/b" },
        { "/a\\x20", "/a\\\\x20" },
        { "/\x7f\x1b[31m", "/\\x7f\\x1b[31m" },
        { "/\xff\xc3", "/\\xff\\xc3" },
        { "/\xc3\xbc", "/\xc3\xbc" },
        { "/\xc2\x9b", "/\\xc2\\x9b" },          /* C1 control */
        { "/\xe2\x80\xae", "/\\xe2\\x80\\xae" }, /* right-to-left override */
        { "/\xe2\x81\xa6", "/\\xe2\\x81\\xa6" }, /* isolate */
        { "/\xe2\x80\xa8", "/\\xe2\\x80\\xa8" }, /* line separator */
        { "/\xf0\x9f\x98\x80", "/\xf0\x9f\x98\x80" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_step step = { .kind = MXC_STEP_TMP, .to = rows[i].path };
        char want[64] = "tmp ";

        strcat(strcat(want, rows[i].want), "\n");
        check(step, want);
    }
    check((struct mxc_step){ .kind = MXC_STEP_COMMAND, .from = "a\tb\\n" },
          "command a\\x09b\\\\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_odd_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
