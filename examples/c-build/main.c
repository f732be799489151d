/* SPDX-License-Identifier: MIT */
/* Prints how many lines the standard input has. */
#include "lines.h"

int main(void)
{
    return printf("%ld lines\n", count_lines(stdin)) < 0;
}
