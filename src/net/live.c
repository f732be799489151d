/* SPDX-License-Identifier: MIT */
/* The host's addresses, sorted. */
#include "net/live.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

int mxc_live_own(struct mxc_live *live, const struct mxc_address *addresses, size_t count)
{
    uint8_t(*own)[16] = calloc(count ? count : 1, sizeof *own);

    if (!own)
        return -1;
    for (size_t i = 0; i < count; i++)
        mxc_address_wide(&addresses[i], own[i]);
    qsort(own, count, sizeof *own, compare);
    free(live->own);
    live->own = own;
    live->own_count = count;
    return 0;
}

bool mxc_live_is_own(const struct mxc_live *live, const uint8_t wide[16])
{
    return live->own_count && bsearch(wide, live->own, live->own_count, sizeof *live->own, compare);
}

void mxc_live_done(struct mxc_live *live)
{
    if (!live)
        return;
    free(live->own);
    live->own = NULL;
    live->own_count = 0;
}
