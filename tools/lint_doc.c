/* SPDX-License-Identifier: MIT */
/* Prints docs/lints.md. */
#include <stdio.h>

#include "plan/lint.h"

int main(void)
{
    auto_buf text = { 0 };

    mxc_lint_markdown(&text);
    if (text.failed || fputs(text.data, stdout) < 0 || fflush(stdout) != 0) {
        (void)fprintf(stderr, "lint_doc: cannot print\n");
        return 1;
    }
    return 0;
}
