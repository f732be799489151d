/* SPDX-License-Identifier: MIT */
/* Network rules: those that an input makes, against the slow model; then their compiled bytes with some changed,
 * which may say anything but must be read within their bounds. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "net_world.h"

#define QUESTIONS 12

/* The bytes with changes, in memory of their own size; some of the end may be missing. */
static uint8_t *damage(struct world *world, const struct mxc_blob *blob, size_t *size)
{
    struct dice *dice = &world->dice;
    uint8_t *copy = malloc(blob->size);

    FUZZ_CHECK(copy, NULL);
    memcpy(copy, blob->data, blob->size);
    *size = blob->size;
    for (unsigned i = dice_roll(dice, 16); i; i--) {
        size_t at = (dice_roll(dice, 256) * 256U + dice_roll(dice, 256)) % blob->size;

        copy[at] = (uint8_t)dice_roll(dice, 256);
    }
    if (dice_roll(dice, 8) == 7)
        *size = dice_roll(dice, 256) % blob->size;
    return copy;
}

static void ask_damaged(struct world *world, const struct mxc_ruleset *rules)
{
    struct mxc_name_ruling names;
    struct mxc_flow flow;

    for (int i = 0; i < QUESTIONS; i++) {
        world_flow(world, &flow);
        struct mxc_ruling ruling = mxc_rules_ask(rules, NULL, &flow);

        FUZZ_CHECK(ruling.allow == (ruling.why == MXC_WHY_NONE), NULL);
        (void)mxc_rules_guard(rules, NULL, &flow.to);
        mxc_rules_names(rules, world_name(world), &names);
        FUZZ_CHECK(names.count <= MXC_NAME_PATTERNS, NULL);
    }
}

static void check_damaged(struct world *world)
{
    struct mxc_ruleset rules;
    struct mxc_blob blob;
    struct mxc_err err = { 0 };
    uint8_t *bytes;
    size_t size;

    FUZZ_CHECK(world_compile(world, &blob), NULL);
    bytes = damage(world, &blob, &size);
    if (mxc_rules_open(bytes, size, &rules, &err) == 0)
        ask_damaged(world, &rules);
    else
        fuzz_check_error(&err);
    free(bytes);
}

/* The input itself as compiled rules. */
static void check_raw(const uint8_t *data, size_t size)
{
    struct mxc_ruleset rules;
    uint8_t *copy = malloc(size ? size : 1);

    FUZZ_CHECK(copy, NULL);
    if (size)
        memcpy(copy, data, size);
    (void)mxc_rules_open(copy, size, &rules, NULL);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = { .dice = { data ? data : (const uint8_t *)"", size, 0 } };
    size_t allowed = 0;

    check_raw(data, size);
    world_make(&world);
    FUZZ_CHECK(world_check(&world, QUESTIONS, &allowed), "see above");
    check_damaged(&world);
    world_done(&world);
    return 0;
}
