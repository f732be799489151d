/* SPDX-License-Identifier: MIT */
/* Messages of the guest to the resolver, in a row: two bytes of what to do and of length before each. */
#include "fuzz.h"
#include "fuzz_names.h"

/* What the server makes of the latest question, if anything. */
static void answer_all(struct names_world *world, unsigned how)
{
    static const char *const v4[] = { "192.0.2.1", "10.0.0.1", "127.0.0.1", "192.0.2.2" };
    static const char *const v6[] = { "2001:db8::1", "::1", "::ffff:10.0.0.1", "2001:db8::2" };
    struct dns_bytes message;

    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++) {
        const struct names_sent *seen = &world->sent[slot];

        if (!world->sent[slot].open)
            continue;
        dns_begin(&message, seen->id, DNS_ANSWER | (how & 8 ? 3 : 0));
        dns_ask(&message, seen->name, seen->type);
        for (unsigned i = 0; i <= (how & 3); i++)
            dns_address(&message, seen->name, how * 50, seen->type == DNS_A ? v4[i] : v6[i]);
        names_say(world, slot, message.bytes, message.size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct names_world world;
    struct fuzz_input input = { data, size };

    names_begin(&world);
    while (input.left) {
        unsigned how = fuzz_byte(&input);
        size_t length = fuzz_byte(&input);

        length = length < input.left ? length : input.left;
        names_ask(&world, input.at, length, how & 1);
        input.at += length;
        input.left -= length;
        if (how & 2)
            names_pass(&world, (how >> 4) * 700);
        if (how & 4)
            answer_all(&world, how >> 4);
    }
    names_end(&world);
    return 0;
}
