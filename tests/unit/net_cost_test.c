/* SPDX-License-Identifier: MIT */
/* Many rules: each is found, none is mixed up. Prints what compiling and asking cost; nothing here looks at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/rules.h"

#define QUESTIONS 200000

static uint64_t now_ns(void)
{
    struct timespec now;

    timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* The network of rule 'index': 32.x.y.0/24 for even ones, and a /56 for odd ones. Its port is 1000 and some. */
static struct mxc_address place(size_t index)
{
    const uint8_t v4[4] = { (uint8_t)(32 + (index >> 16)), (uint8_t)(index >> 8), (uint8_t)index,
                            0 };
    const uint8_t v6[16] = { 0x26, 7, (uint8_t)(index >> 16), (uint8_t)(index >> 8),
                             (uint8_t)index };

    return index % 2 ? mxc_address_v6(v6) : mxc_address_v4(v4);
}

static uint16_t port(size_t index)
{
    return (uint16_t)(1000 + index % 977);
}

struct many {
    struct mxc_network network;
    struct mxc_rule *rules;
    struct mxc_peer *peers;
    struct mxc_port *ports;
};

static void make(struct many *many, size_t count)
{
    many->rules = calloc(count, sizeof *many->rules);
    many->peers = calloc(count, sizeof *many->peers);
    many->ports = calloc(count, sizeof *many->ports);
    if (!many->rules || !many->peers || !many->ports)
        abort();
    for (size_t i = 0; i < count; i++) {
        const struct mxc_address address = place(i);

        many->peers[i].cidr.family = address.family;
        many->peers[i].cidr.bits = i % 2 ? 56 : 24;
        memcpy(many->peers[i].cidr.address, address.bytes, 16);
        many->ports[i] = (struct mxc_port){ MXC_PROTO_TCP, port(i), port(i) };
        many->rules[i] = (struct mxc_rule){ &many->peers[i], 1, &many->ports[i], 1 };
    }
    many->network =
        (struct mxc_network){ .form = MXC_NET_DIRECTIONAL, .allow = { many->rules, count } };
}

static void done(struct many *many)
{
    free(many->rules);
    free(many->peers);
    free(many->ports);
}

/* Half of the questions are about the rule's port, and half about the next one. */
static bool ask(const struct mxc_ruleset *rules, size_t count)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        size_t index = i * 7919 % count;
        bool good = i & 1;
        struct mxc_flow flow = { place(index), MXC_PROTO_TCP, (uint16_t)(port(index) + !good) };

        flow.to.bytes[flow.to.family == 4 ? 3 : 15] = (uint8_t)i;
        if (mxc_rules_ask(rules, NULL, &flow).allow != good) {
            printf("rule %zu of %zu is not as it should be\n", index, count);
            return false;
        }
    }
    return true;
}

static bool run(size_t count)
{
    struct many many;
    struct mxc_arena arena = { 0 };
    struct mxc_ruleset rules;
    struct mxc_blob blob;
    struct mxc_err err;
    uint64_t begun, compiled, opened, asked;
    bool good;

    make(&many, count);
    begun = now_ns();
    if (mxc_rules_compile(&arena, &many.network, NULL, &blob, &err) < 0)
        abort();
    compiled = now_ns();
    if (mxc_rules_open(blob.data, blob.size, &rules, &err) < 0)
        abort();
    opened = now_ns();
    good = ask(&rules, count);
    asked = now_ns();
    printf(
        "%6zu rules: compiled in %7.2f ms, opened in %5.2f ms, %8zu bytes, %4.0f ns a question\n",
        count, (double)(compiled - begun) / 1e6, (double)(opened - compiled) / 1e6, blob.size,
        (double)(asked - opened) / QUESTIONS);
    mxc_arena_done(&arena);
    done(&many);
    return good;
}

int main(void)
{
    static const size_t counts[] = { 10, 1000, 10000, 50000 };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!run(counts[i]))
            return 1;
    return 0;
}
