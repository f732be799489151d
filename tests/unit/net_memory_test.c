/* SPDX-License-Identifier: MIT */
/* Compiling rules with memory running out at every single place; and rules that are too many, or not well formed. The
 * allocator of the arena is replaced at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/nets.h"
#include "net_world.h"
#include "policy/cidr.h"

static bool armed, fired;
static unsigned left;

static bool out_of_memory(void)
{
    bool now = armed && left-- == 0;

    fired = fired || now;
    return now;
}

void *__real_mxc_arena_alloc(struct mxc_arena *arena, size_t size);
void *__wrap_mxc_arena_alloc(struct mxc_arena *arena, size_t size);
void *__wrap_mxc_arena_alloc(struct mxc_arena *arena, size_t size)
{
    return out_of_memory() ? NULL : __real_mxc_arena_alloc(arena, size);
}

void *__real_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size);
void *__wrap_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size);
void *__wrap_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size)
{
    return out_of_memory() ? NULL : __real_mxc_arena_grow(arena, items, count, room, size);
}

static void test_memory(void **state)
{
    size_t failures = 0;

    (void)state;
    for (uint64_t seed = 1; seed < 30; seed++) {
        struct world world = { .dice = { NULL, 0, seed << 20 } };

        world_make(&world);
        for (unsigned nth = 0;; nth++, failures++) {
            struct mxc_blob blob = { NULL, 0 };
            struct mxc_err err = { 0 };
            int result;

            armed = true;
            fired = false;
            left = nth;
            result = mxc_rules_compile(&world.arena, &world.network, NULL, &blob, &err);
            armed = false;
            if (!fired) {
                assert_int_equal(result, 0);
                break;
            }
            assert_int_equal(result, -1);
            assert_int_equal(err.code, MXC_BACKEND);
            assert_null(blob.data);
        }
        world_done(&world);
    }
    assert_true(failures > 300);
}

/* 9,000 networks with an exception in each: 128 networks each, more than a million. */
static void test_too_many(void **state)
{
    enum { COUNT = 9000 };
    static struct mxc_peer peers[COUNT];
    static struct mxc_cidr except[COUNT];
    struct mxc_rule rule = { .to = peers, .to_count = COUNT };
    struct mxc_network network = { .form = MXC_NET_DIRECTIONAL, .allow = { &rule, 1 } };
    struct mxc_arena arena = { 0 };
    struct mxc_blob blob;
    struct mxc_err err;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(mxc_cidr_parse("::/0", &peers[i].cidr), MXC_CIDR_OK);
        assert_int_equal(mxc_cidr_parse("2001:db8::1", &except[i]), MXC_CIDR_OK);
        except[i].address[14] = (uint8_t)(i >> 8);
        peers[i].except = &except[i];
        peers[i].except_count = 1;
    }
    assert_int_equal(mxc_rules_compile(&arena, &network, NULL, &blob, &err), -1);
    assert_int_equal(err.code, MXC_POLICY_REFUSED);
    rule.to_count = 1000;
    assert_int_equal(mxc_rules_compile(&arena, &network, NULL, &blob, &err), 0);
    mxc_arena_done(&arena);
}

static void test_ill_formed(void **state)
{
    struct mxc_cidr long_one = { .family = 4, .bits = 33 };
    struct mxc_peer peer;
    struct mxc_port port;
    struct mxc_rule rule = { &peer, 1, &port, 1 };
    const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL, .deny = { &rule, 1 } };
    struct mxc_arena arena = { 0 };
    struct mxc_blob blob;
    struct mxc_err err;

    (void)state;
#define CHECK(where_, change)                                                                      \
    do {                                                                                           \
        peer = (struct mxc_peer){ .cidr = { .family = 4, .bits = 32 } };                           \
        port = (struct mxc_port){ MXC_PROTO_TCP, 1, 2 };                                           \
        change;                                                                                    \
        assert_int_equal(mxc_rules_compile(&arena, &network, NULL, &blob, &err), -1);              \
        assert_int_equal(err.code, MXC_BAD_POLICY);                                                \
        assert_string_equal(err.where, where_);                                                    \
    } while (0)
    CHECK("/network/egress/deny/0/to/0", peer.cidr.bits = 33);
    CHECK("/network/egress/deny/0/to/0", peer.cidr.family = 5);
    CHECK("/network/egress/deny/0/to/0", (peer.cidr.bits = 7, peer.cidr.address[0] = 1));
    CHECK("/network/egress/deny/0/to/0", (peer.except = &long_one, peer.except_count = 1));
    CHECK("/network/egress/deny/0/to/0", peer.host = "");
    CHECK("/network/egress/deny/0/to/0", peer.host = "*.");
    CHECK("/network/egress/deny/0/to/0", peer.host = "a..b");
    CHECK("/network/egress/deny/0/to/0", peer.host = "example.org.");
    CHECK("/network/egress/deny/0/to/0", peer.host = "Example.org");
    CHECK("/network/egress/deny/0/to/0", peer.host = "a*.org");
    CHECK("/network/egress/deny/0/ports/0", port.protocol = (enum mxc_protocol)9);
    CHECK("/network/egress/deny/0/ports/0", port.last = 0);
    CHECK("/network/egress/deny/0/ports/0", port.protocol = MXC_PROTO_ICMP);
    mxc_arena_done(&arena);
}

/* One bit after the other of a good block: refused, or asked without harm; a shorter one is always refused. */
static void test_damage(void **state)
{
    struct world world = { .dice = { NULL, 0, 5 << 20 } };
    struct mxc_ruleset rules;
    struct mxc_blob blob;
    size_t refused = 0;
    uint32_t words[4096];
    uint8_t *bytes = (uint8_t *)words;

    (void)state;
    world_make(&world);
    assert_true(world_compile(&world, &blob));
    assert_in_range(blob.size, 100, sizeof words - 8);
    memcpy(bytes, blob.data, blob.size);
    for (size_t bit = 0; bit < 8 * blob.size; bit++) {
        struct mxc_flow flow;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        world_flow(&world, &flow);
        if (mxc_rules_open(bytes, blob.size, &rules, NULL) == 0)
            (void)mxc_rules_ask(&rules, NULL, &flow);
        else
            refused++;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > blob.size);
    for (size_t size = 0; size < blob.size; size++)
        assert_int_equal(mxc_rules_open(bytes, size, &rules, NULL), -1);
    assert_int_equal(mxc_rules_open(bytes, blob.size + 1, &rules, NULL), -1);
    assert_int_equal(mxc_rules_open(bytes, blob.size, &rules, NULL), 0);
    memmove(bytes + 1, bytes, blob.size);
    assert_int_equal(mxc_rules_open(bytes + 1, blob.size, &rules, NULL), -1);
    assert_int_equal(mxc_rules_open(NULL, 0, &rules, NULL), -1);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_ill_formed),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
