/* SPDX-License-Identifier: MIT */
/* Hosts and policies drawn from the input: no plan makes a denied object reachable, shows what nobody granted
 * or lacks what was granted, by the slow model of tests/unit. */
#include "fuzz.h"
#include "plan_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = { 0 };
    bool planned, good;

    model_choose_by(&world, data, size);
    good = plan_check(&world, &planned);
    FUZZ_CHECK(good, "see above");
    mxc_arena_done(&world.arena);
    return 0;
}
