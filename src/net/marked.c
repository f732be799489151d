/* SPDX-License-Identifier: MIT */
/* Tables for marked packets. */
#include "net/marked.h"

static size_t find(const struct mxc_marked *marked, uint8_t family, uint32_t table)
{
    size_t at = 0;

    while (at < marked->count &&
           (marked->tables[at].family != family || marked->tables[at].table != table))
        at++;
    return at;
}

void mxc_marked_add(struct mxc_marked *marked, uint8_t family, uint32_t table, bool asks)
{
    size_t at = find(marked, family, table);

    if (at == MXC_MARKED_MAX)
        return;
    if (at == marked->count)
        marked->tables[marked->count++] = (struct mxc_marked_table){ table, family, false };
    if (!asks)
        marked->tables[at].plain = true;
}

bool mxc_marked_only(const struct mxc_marked *marked, uint8_t family, uint32_t table)
{
    size_t at = find(marked, family, table);

    return at < marked->count && !marked->tables[at].plain;
}
