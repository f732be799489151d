/* SPDX-License-Identifier: MIT */
/* Messages of servers to the resolver, in a row, while the guest asks for three names. Most are given the id and the
 * question of the one that is open, so that what follows them is looked at. */
#include <string.h>

#include "fuzz.h"
#include "fuzz_names.h"

static void ask(struct names_world *world, unsigned which)
{
    static const char *const names[] = { "www.allowed.org", "open.org", "allowed.org", "open.org" };
    struct dns_bytes query;

    dns_begin(&query, which, DNS_RD);
    dns_ask(&query, names[which & 3], which & 4 ? DNS_AAAA : DNS_A);
    if (which & 8)
        dns_edns(&query, 4096, 0);
    names_ask(world, query.bytes, query.size, false);
}

/* A slot where an answer is awaited; the last one when there is none. */
static uint32_t open_slot(const struct names_world *world, unsigned skip)
{
    uint32_t slot = 0;

    for (; slot < MXC_RESOLVER_SLOTS - 1; slot++)
        if (world->sent[slot].open && !skip--)
            break;
    return slot;
}

/* Flags and counts are the input's, then the question, then the rest of the input. */
static void say_fitting(struct names_world *world, uint32_t slot, const uint8_t *bytes, size_t size)
{
    const struct names_sent *seen = &world->sent[slot];
    struct dns_bytes message;

    if (size < 5)
        return;
    dns_begin(&message, seen->id, 0x8000U | bytes[0]);
    dns_ask(&message, seen->name, seen->type);
    message.bytes[2] |= bytes[1] & 2;
    message.bytes[7] = bytes[2];
    message.bytes[9] = bytes[3];
    message.bytes[11] = bytes[4];
    memcpy(message.bytes + message.size, bytes + 5, size - 5);
    names_say(world, slot, message.bytes, message.size + size - 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct names_world world;
    struct fuzz_input input = { data, size };

    names_begin(&world);
    while (input.left) {
        unsigned how = fuzz_byte(&input);
        size_t length = fuzz_byte(&input) * 2;
        uint32_t slot = open_slot(&world, how >> 6);

        ask(&world, how & 15);
        length = length < input.left ? length : input.left;
        if (how & 16)
            names_say(&world, slot, input.at, length);
        else
            say_fitting(&world, slot, input.at, length);
        if (how & 32)
            names_pass(&world, 900);
        input.at += length;
        input.left -= length;
    }
    names_end(&world);
    return 0;
}
