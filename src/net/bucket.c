/* SPDX-License-Identifier: MIT */
/* A token bucket, counted from the top: what was taken seeps back with time. */
#include "net/bucket.h"

#define WHOLE 1000u

bool mxc_bucket_take(struct mxc_bucket *bucket, const struct mxc_bucket_rate *rate, uint64_t now_ms)
{
    uint64_t most = (uint64_t)rate->burst * WHOLE;

    if (now_ms > bucket->now_ms) {
        uint64_t passed = now_ms - bucket->now_ms;

        bucket->now_ms = now_ms;
        /* A second brings 'a_second' wholes, so a millisecond as many thousandths. */
        if (passed > bucket->spent / rate->a_second)
            bucket->spent = 0;
        else
            bucket->spent -= passed * rate->a_second;
    }
    if (bucket->spent + WHOLE > most)
        return false;
    bucket->spent += WHOLE;
    return true;
}
