/* SPDX-License-Identifier: MIT */
/* Fork, filter, try. */
#include "seccomp_child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/native/seccomp.h"

int seccomp_in_child(seccomp_deed *deed, const void *what, bool filtered)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct rlimit none = { 0, 0 };

        (void)alarm(10);
        (void)setrlimit(RLIMIT_CORE, &none);
        if (filtered && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || mxc_seccomp_install() != 0))
            _exit(251);
        _exit(deed(what));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 251);
    return status;
}
