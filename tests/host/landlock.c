/* SPDX-License-Identifier: MIT */
/* Landlock's scopes alone, without the namespaces that stand before them: abstract sockets and signals. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/native/native.h"

/* 6.12 */
#define ABI_WITH_SCOPES 6

static const struct sockaddr_un abstract = { .sun_family = AF_UNIX,
                                             .sun_path = "\0mxc-test-scope" };

static int connect_abstract(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int result = connect(fd, (const struct sockaddr *)&abstract, sizeof abstract);
    int error = errno;

    (void)close(fd);
    return result == 0 ? 0 : error;
}

/* In a child: what connecting and signalling its parent say, under the rules of an empty plan or without. */
static int try_both(bool restricted)
{
    const struct mxc_plan plan = { .count = 0 };
    const struct native_job job = { .plan = &plan, .landlock_abi = native_landlock_version() };
    int ruleset = -1;

    if (restricted && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                       native_landlock_rules(&job, &ruleset, NULL) < 0 ||
                       native_landlock_apply(ruleset, NULL) < 0))
        return 100;
    if (connect_abstract() != (restricted ? EPERM : 0))
        return 1;
    errno = 0;
    (void)kill(getppid(), 0);
    return errno == (restricted ? EPERM : 0) ? 0 : 2;
}

static int in_child(bool restricted)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(try_both(restricted));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_scopes(void **state)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    if (native_landlock_version() < ABI_WITH_SCOPES) {
        (void)printf("this kernel's Landlock has no scopes\n");
        skip();
    }
    assert_int_equal(bind(fd, (const struct sockaddr *)&abstract, sizeof abstract), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(in_child(false), 0);
    assert_int_equal(in_child(true), 0);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_scopes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
