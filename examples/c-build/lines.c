/* SPDX-License-Identifier: MIT */
/* Counting lines. */
#include "lines.h"

long count_lines(FILE *file)
{
    long lines = 0;

    for (int c = getc(file); c != EOF; c = getc(file))
        if (c == '\n')
            lines++;
    return lines;
}
