/* SPDX-License-Identifier: MIT */
/* A token bucket: so many at once, and so many a second after that. */
#ifndef MXC_NET_BUCKET_H
#define MXC_NET_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct mxc_bucket_rate {
    uint32_t burst, a_second;
};

/* Full when it is all zero. */
struct mxc_bucket {
    uint64_t spent; /* thousandths of what may be taken that are missing to a full bucket */
    uint64_t now_ms;
};

/* Takes one; false when there is none. A clock that goes back fills nothing. */
bool mxc_bucket_take(struct mxc_bucket *bucket, const struct mxc_bucket_rate *rate,
                     uint64_t now_ms);

#endif
