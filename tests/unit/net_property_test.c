/* SPDX-License-Identifier: MIT */
/* Random rules and packets against the slow model. Prints the seed of a failure; "net_property_test SEED" repeats
 * it, and "net_property_test FIRST LAST" tries others. */
#include <stdio.h>
#include <stdlib.h>

#include "net_world.h"

#define RUNS      8000
#define QUESTIONS 150

int main(int argc, char **argv)
{
    unsigned long long first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned long long last = argc > 2 ? strtoull(argv[2], NULL, 10) : argc > 1 ? first : RUNS;
    unsigned long long all = (last - first + 1) * QUESTIONS;
    size_t allowed = 0;

    for (unsigned long long seed = first; seed <= last; seed++) {
        struct world world = { .dice = { NULL, 0, seed << 20 } };
        bool good;

        world_make(&world);
        good = world_check(&world, QUESTIONS, &allowed);
        world_done(&world);
        if (!good) {
            printf("it was seed %llu\n", seed);
            return 1;
        }
    }
    printf("%llu random packets, %zu of them allowed: as the model says\n", all, allowed);
    /* Else the test would say little. */
    return argc > 1 || (allowed > all / 10 && allowed < all - all / 10) ? 0 : 1;
}
