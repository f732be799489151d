/* SPDX-License-Identifier: MIT */
/* Addresses of a name from a program that may say anything, never end, or not even start. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/resolve.h"
#include "net/address.h"

#define PATIENCE_MS 20000

static const char script[] =
    "#!/bin/sh\n"
    "case $2 in\n"
    "good) printf '192.0.2.1\\n2001:db8::1\\n';;\n"
    "none) ;;\n"
    "network) printf '192.0.2.1\\n0.0.0.0/0\\n';;\n"
    "words) printf '192.0.2.1\\nhello\\n';;\n"
    "empty) printf '192.0.2.1\\n\\n';;\n"
    "cut) printf '192.0.2.1\\n192.0.2.1';;\n"
    "nul) printf '192.0.2.1\\n\\0\\n';;\n"
    "scope) printf 'fe80::1%%eth0\\n';;\n"
    "many) i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo 192.0.2.$i; done;;\n"
    "flood) while :; do echo 192.0.2.1; done;;\n"
    "drip) while :; do echo 192.0.2.1; sleep 0.05; done;;\n"
    "silent) echo $$ >\"$0.pid\"; exec sleep 1000;;\n"
    "esac\n";

static char folder[] = "/tmp/resolve-XXXXXX", program[64], pid_file[80];
static bool no_fork;

pid_t __real_fork(void);
pid_t __wrap_fork(void);

pid_t __wrap_fork(void)
{
    if (!no_fork)
        return __real_fork();
    errno = EAGAIN;
    return -1;
}

static int make_program(void **state)
{
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(program, sizeof program, "%s/program", folder);
    (void)snprintf(pid_file, sizeof pid_file, "%s.pid", program);
    assert_non_null(file = fopen(program, "w"));
    assert_true(fputs(script, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return chmod(program, 0700);
}

static int remove_program(void **state)
{
    (void)state;
    (void)unlink(pid_file);
    return unlink(program) | rmdir(folder);
}

static int ask(const char *path, const char *name, int wait_ms, size_t *count)
{
    const struct mxc_resolve resolve = { path, wait_ms };
    struct mxc_arena arena = { 0 };
    struct mxc_cidr *found = NULL;
    int error;

    *count = 77;
    error = mxc_resolve_name(&resolve, &arena, name, &found, count);
    assert_int_equal(!error, found != NULL);
    for (size_t i = 0; found && i < *count; i++)
        assert_int_equal(found[i].bits, found[i].family == 4 ? 32 : 128);
    mxc_arena_done(&arena);
    return error;
}

static void test_words(void **state)
{
    static const struct {
        const char *name;
        int error;
        size_t count;
    } rows[] = {
        { "good", 0, 2 },        { "none", ENOENT, 77 },  { "network", EPROTO, 77 },
        { "words", EPROTO, 77 }, { "empty", EPROTO, 77 }, { "cut", EPROTO, 77 },
        { "nul", EPROTO, 77 },   { "scope", EPROTO, 77 }, { "many", 0, 16 },
        { "flood", EPROTO, 77 },
    };
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (ask(program, rows[i].name, PATIENCE_MS, &count) != rows[i].error)
            fail_msg("%s", rows[i].name);
        assert_int_equal(count, rows[i].count);
    }
}

static void test_no_start(void **state)
{
    size_t count;

    (void)state;
    assert_int_equal(ask(NULL, "good", PATIENCE_MS, &count), ENOSYS);
    assert_int_equal(ask("/nonexistent", "good", PATIENCE_MS, &count), ENOEXEC);
    no_fork = true;
    assert_int_equal(ask(program, "good", PATIENCE_MS, &count), EAGAIN);
    no_fork = false;
}

/* Each word comes in time, the end never. */
static void test_deadline(void **state)
{
    size_t count;

    (void)state;
    assert_int_equal(ask(program, "drip", 400, &count), ETIMEDOUT);
    assert_int_equal(ask(program, "silent", 10, &count), ETIMEDOUT);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
}

static pid_t read_pid(void)
{
    FILE *file = fopen(pid_file, "r");
    int pid = 0, got = file ? fscanf(file, "%d", &pid) : 0;

    if (file)
        (void)fclose(file);
    return got == 1 ? pid : 0;
}

/* Who asked is killed, without a chance to clean up. */
static void test_caller_dies(void **state)
{
    pid_t caller, child;
    struct pollfd gone = { .events = POLLIN };
    size_t count;

    (void)state;
    (void)unlink(pid_file);
    caller = fork();
    assert_true(caller >= 0);
    if (caller == 0)
        _exit(ask(program, "silent", 10 * PATIENCE_MS, &count));
    while ((child = read_pid()) == 0)
        (void)poll(NULL, 0, 5);
    gone.fd = (int)syscall(SYS_pidfd_open, child, 0);
    assert_true(gone.fd >= 0);
    assert_int_equal(kill(caller, SIGKILL), 0);
    assert_int_equal(waitpid(caller, NULL, 0), caller);
    if (poll(&gone, 1, PATIENCE_MS) != 1) {
        (void)kill(child, SIGKILL);
        fail_msg("the program outlives who started it");
    }
    (void)close(gone.fd);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_no_start),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_caller_dies),
    };

    return cmocka_run_group_tests(tests, make_program, remove_program);
}
