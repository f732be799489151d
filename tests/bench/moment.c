/* SPDX-License-Identifier: MIT */
/* A payload that ends at a known moment: writes CLOCK_MONOTONIC in nanoseconds, and ends. */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    struct timespec time;
    uint64_t moment;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    moment = (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    _exit(write(1, &moment, sizeof moment) != sizeof moment);
}
