/* SPDX-License-Identifier: MIT */
/* Which networks of allow rules could open anything: random ones, and for each the model is asked about all addresses
 * at the edges of what it may matter for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/closed.h"
#include "net_model.h"
#include "net_world.h"
#include "policy/cidr.h"

#define NETWORKS 20000
#define EDGES    1024

static struct mxc_address edges[EDGES];
static size_t edge_count;

static unsigned width(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? 32 : 128;
}

/* All bits from 'bits' on become zeros or ones. */
static struct mxc_cidr filled(struct mxc_cidr cidr, unsigned bits, bool ones)
{
    for (unsigned i = bits; i < width(&cidr); i++) {
        uint8_t mask = (uint8_t)(0x80 >> i % 8);

        cidr.address[i / 8] =
            (uint8_t)(ones ? cidr.address[i / 8] | mask : cidr.address[i / 8] & ~mask);
    }
    return cidr;
}

static struct mxc_address address_of(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? mxc_address_v4(cidr->address) : mxc_address_v6(cidr->address);
}

static void add_edge(struct mxc_cidr cidr)
{
    assert_true(edge_count < EDGES);
    edges[edge_count++] = address_of(&cidr);
}

/* The IPv4 address inside of a form of IPv6, whose prefix has these bytes. */
static struct mxc_cidr inside(const char *prefix, size_t bytes, const struct mxc_cidr *v4)
{
    struct mxc_cidr out;

    assert_int_equal(mxc_cidr_parse(prefix, &out), MXC_CIDR_OK);
    memcpy(out.address + bytes, v4->address, 4);
    out.bits = (uint8_t)(8 * bytes + v4->bits);
    return out;
}

static struct mxc_cidr range(size_t index)
{
    struct mxc_cidr cidr;

    assert_int_equal(mxc_cidr_parse(model_closed(index), &cidr), MXC_CIDR_OK);
    return cidr;
}

/* The ends of each range, and what lies beside them: in it are those that no smaller range has. */
static void make_edges(void)
{
    for (size_t i = 0; model_closed(i); i++) {
        const struct mxc_cidr whole = range(i);

        for (int end = 0; end < 2; end++) {
            struct mxc_cidr edge = filled(whole, whole.bits, end);

            add_edge(edge);
            for (unsigned bit = whole.bits ? whole.bits - 1U : 0; bit < width(&edge); bit += 7) {
                struct mxc_cidr near = edge;

                near.address[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
                add_edge(near);
            }
        }
    }
}

static struct mxc_cidr some_network(struct dice *dice, size_t ranges)
{
    struct mxc_cidr cidr = range(dice_roll(dice, (unsigned)ranges));

    if (cidr.family == 4 && dice_roll(dice, 4) == 0)
        cidr =
            dice_roll(dice, 2) ? inside("64:ff9b::/96", 12, &cidr) : inside("2002::/16", 2, &cidr);
    if (dice_roll(dice, 3) == 0)
        cidr.address[dice_roll(dice, width(&cidr)) / 8] ^= (uint8_t)(0x80 >> dice_roll(dice, 8));
    if (dice_roll(dice, 2))
        cidr.bits = (uint8_t)dice_roll(dice, width(&cidr) + 1);
    else if (dice_roll(dice, 2) && cidr.bits)
        cidr.bits--;
    return filled(cidr, cidr.bits, false);
}

/* The gateway opens by other keys than rules. */
static bool opens(const struct model *model, const struct mxc_address *to)
{
    const struct mxc_flow flow = { .to = *to, .protocol = MXC_PROTO_TCP, .port = 80 };
    uint8_t wide[16];

    mxc_address_wide(to, wide);
    return !mxc_closed_is_gateway(wide) && model_ask(model, &flow).allow;
}

/* Some edge, its counterpart in the forms of IPv6, or an end of the network itself. */
static bool some_opens(const struct model *model, const struct mxc_cidr *network)
{
    const struct mxc_cidr ends[] = { filled(*network, network->bits, false),
                                     filled(*network, network->bits, true) };

    for (int i = 0; i < 2; i++) {
        const struct mxc_address end = address_of(&ends[i]);

        if (opens(model, &end))
            return true;
    }
    for (size_t i = 0; i < edge_count; i++) {
        struct mxc_cidr v4 = { .family = 4, .bits = 32 };
        struct mxc_cidr forms[2];

        if (opens(model, &edges[i]))
            return true;
        if (edges[i].family != 4 || network->family == 4)
            continue;
        memcpy(v4.address, edges[i].bytes, 4);
        forms[0] = inside("64:ff9b::/96", 12, &v4);
        forms[1] = inside("2002::/16", 2, &v4);
        for (int k = 0; k < 2; k++) {
            const struct mxc_address form = address_of(&forms[k]);

            if (opens(model, &form))
                return true;
        }
    }
    return false;
}

static void test_can_open(void **state)
{
    struct dice dice = { .state = 4711 };
    size_t ranges = 0, useless = 0;

    (void)state;
    make_edges();
    while (model_closed(ranges))
        ranges++;
    for (int i = 0; i < NETWORKS; i++) {
        struct mxc_peer peer = { .cidr = some_network(&dice, ranges) };
        struct mxc_rule rule = { .to = &peer, .to_count = 1 };
        struct mxc_network network = { .form = i % 2 ? MXC_NET_LEGACY : MXC_NET_DIRECTIONAL,
                                       .allow_local = i % 4 == 1,
                                       .allow = { &rule, 1 } };
        const struct model model = { .network = &network };
        struct mxc_closed_net net;
        bool want, got;

        net.bits = net.named = mxc_address_wide_cidr(&peer.cidr, net.wide);
        got = mxc_closed_can_open(&net, i % 4 == 3);
        want = mxc_closed_is_gateway(net.wide) || some_opens(&model, &peer.cidr);
        useless += !got;
        if (got != want) {
            const struct mxc_address to = address_of(&peer.cidr);
            char text[MXC_ADDRESS_TEXT];

            fail_msg("%s/%d: want %d", mxc_address_text(&to, text), peer.cidr.bits, want);
        }
    }
    printf("%zu of %d networks can open nothing\n", useless, NETWORKS);
    assert_true(useless > NETWORKS / 10 && useless < NETWORKS * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_can_open) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
