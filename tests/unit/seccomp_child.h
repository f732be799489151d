/* SPDX-License-Identifier: MIT */
/* Trying something in a child process that is under the filter. */
#ifndef MXC_TESTS_SECCOMP_CHILD_H
#define MXC_TESTS_SECCOMP_CHILD_H

#include <stdbool.h>

/* What the child does; the result is its exit status. */
typedef int seccomp_deed(const void *what);

/* Returns the wait status of a child that did it, 'filtered' or not. The child may leave a core file
 * nowhere, and has a deadline of ten seconds. */
int seccomp_in_child(seccomp_deed *deed, const void *what, bool filtered);

#endif
