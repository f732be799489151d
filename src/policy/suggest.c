/* SPDX-License-Identifier: MIT */
/* Edit distance between short names; a different case is nearly no difference. */
#include "policy/suggest.h"

#include <string.h>

enum { LONGEST = 40, UNIT = 2 }; /* UNIT: a wrong letter; half of it: a wrong case */

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t replace(char a, char b)
{
    if (a == b)
        return 0;
    return lower(a) == lower(b) ? UNIT / 2 : UNIT;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= b_size; j++)
        last[j] = j * UNIT;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *free_row = before;

        now[0] = i * UNIT;
        for (size_t j = 1; j <= b_size; j++) {
            now[j] = smaller(last[j] + UNIT, now[j - 1] + UNIT);
            now[j] = smaller(now[j], last[j - 1] + replace(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = smaller(now[j], before[j - 2] + UNIT);
        }
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_size];
}

static size_t only_case(const char *a, const char *b)
{
    for (; *a && lower(*a) == lower(*b); a++)
        b++;
    return !*a && !*b;
}

void mxc_suggest_offer(struct mxc_suggest *suggest, const char *written, const char *known)
{
    size_t size = strlen(written), known_size = strlen(known);
    size_t limit = UNIT * (known_size < 4 ? 1 : known_size / 3), found;

    if (size > LONGEST || known_size > LONGEST || !size)
        return;
    found = only_case(written, known) ? 0 : distance(written, size, known, known_size);
    if (found > limit || (suggest->best && found >= suggest->distance))
        return;
    suggest->best = known;
    suggest->distance = found;
}
