/* SPDX-License-Identifier: MIT */
/* Networks by chance. Few different values, so that rules meet each other and the questions. */
#include "net_world.h"

#include <stdlib.h>
#include <string.h>

#include "policy/cidr.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

unsigned dice_roll(struct dice *dice, unsigned sides)
{
    if (dice->bytes) {
        unsigned value = dice->left ? *dice->bytes : 0;

        dice->bytes += dice->left ? 1 : 0;
        dice->left -= dice->left ? 1 : 0;
        return value % sides;
    }
    dice->state += 0x9e3779b97f4a7c15U;
    uint64_t mixed = (dice->state ^ dice->state >> 30) * 0xbf58476d1ce4e5b9U;

    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return (unsigned)((mixed ^ mixed >> 31) % sides);
}

static bool chance(struct world *world, unsigned one_in)
{
    return dice_roll(&world->dice, one_in) == one_in - 1;
}

static void *make(struct world *world, size_t count, size_t size)
{
    void *memory = mxc_arena_alloc(&world->arena, count * size + 1);

    if (!memory)
        abort();
    return memory;
}

static const char *const places[] = {
    "1.1.1.1",
    "8.8.8.8",
    "10.0.0.0",
    "10.1.2.3",
    "10.0.2.2",
    "10.0.2.3",
    "127.0.0.1",
    "169.254.169.254",
    "169.254.7.7",
    "169.254.170.2",
    "192.168.1.1",
    "172.31.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "203.0.113.7",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "198.20.0.0",
    "169.254.42.42",
    "::",
    "::1",
    "::2",
    "fe80::1",
    "fd00::2",
    "fd00::5",
    "fd00:1::1",
    "fd00:ec2::254",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "fe80::a9fe:a9fe",
    "2001:2::1",
    "fd20:ce::254",
    "2001:db8::1",
    "2606:4700::1111",
    "64:ff9b::a01:203",
    "64:ff9b::808:808",
    "64:ff9b::7f00:1",
    "2002:a01:203::1",
    "2002:808:808::1",
    "ff02::1",
    "2001::1",
    "fec0::1",
    "::ffff:10.1.2.3",
    "::fffe:0:0",
    "::1:0:0:0",
};

static uint8_t width(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? 32 : 128;
}

/* Bits from 'bits' on become zeros or ones. */
static void fill(struct mxc_cidr *cidr, unsigned bits, bool ones)
{
    for (unsigned i = bits; i < width(cidr); i++) {
        uint8_t mask = (uint8_t)(0x80 >> i % 8);

        cidr->address[i / 8] =
            (uint8_t)(ones ? cidr->address[i / 8] | mask : cidr->address[i / 8] & ~mask);
    }
}

static void flip(struct world *world, struct mxc_cidr *cidr)
{
    unsigned bit = dice_roll(&world->dice, width(cidr));

    cidr->address[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

static void map(struct mxc_cidr *cidr)
{
    uint8_t v4[4];

    memcpy(v4, cidr->address, 4);
    memset(cidr->address, 0, 16);
    cidr->address[10] = cidr->address[11] = 0xff;
    memcpy(cidr->address + 12, v4, 4);
    cidr->family = 6;
    cidr->bits = (uint8_t)(cidr->bits + 96);
}

static struct mxc_cidr place(struct world *world)
{
    struct mxc_cidr cidr;

    if (mxc_cidr_parse(places[dice_roll(&world->dice, COUNT(places))], &cidr) != MXC_CIDR_OK)
        abort();
    if (chance(world, 4))
        flip(world, &cidr);
    return cidr;
}

static struct mxc_cidr network(struct world *world)
{
    static const uint8_t usual[] = { 0,  8,  10, 16, 24,  31,  32,  64,
                                     80, 95, 96, 97, 104, 112, 127, 128 };
    struct mxc_cidr cidr = place(world);

    if (chance(world, 2))
        cidr.bits = usual[dice_roll(&world->dice, COUNT(usual))];
    else if (chance(world, 2))
        cidr.bits = (uint8_t)dice_roll(&world->dice, width(&cidr) + 1U);
    if (cidr.bits > width(&cidr))
        cidr.bits = width(&cidr);
    fill(&cidr, cidr.bits, false);
    if (cidr.family == 4 && chance(world, 5))
        map(&cidr);
    return cidr;
}

/* Mostly a part of 'whole'. */
static struct mxc_cidr exception(struct world *world, const struct mxc_cidr *whole)
{
    struct mxc_cidr cidr = *whole;

    if (chance(world, 8))
        return network(world);
    for (unsigned i = dice_roll(&world->dice, 4); i; i--)
        flip(world, &cidr);
    for (unsigned i = 0; i < whole->bits; i++) {
        uint8_t mask = (uint8_t)(0x80 >> i % 8);

        cidr.address[i / 8] =
            (uint8_t)((cidr.address[i / 8] & ~mask) | (whole->address[i / 8] & mask));
    }
    cidr.bits = (uint8_t)(whole->bits + dice_roll(&world->dice, width(whole) - whole->bits + 1U));
    fill(&cidr, cidr.bits, false);
    return cidr;
}

static const char *const names[] = {
    "example.org", "api.example.org", "a.api.example.org", "example.com",
    "org",         "xexample.org",    "a.example.com",
};
static const char *const patterns[] = {
    "example.org", "api.example.org",   "example.com", "*.example.org",
    "*.org",       "*.api.example.org", "*.com",       "org",
};

const char *world_name(struct world *world)
{
    return names[dice_roll(&world->dice, COUNT(names))];
}

static void make_peer(struct world *world, struct mxc_peer *peer)
{
    if (chance(world, 6)) {
        peer->host = patterns[dice_roll(&world->dice, COUNT(patterns))];
        return;
    }
    peer->cidr = network(world);
    if (!chance(world, 3))
        return;
    peer->except_count = 1 + dice_roll(&world->dice, 3);
    peer->except = make(world, peer->except_count, sizeof *peer->except);
    for (size_t i = 0; i < peer->except_count; i++)
        peer->except[i] = exception(world, &peer->cidr);
}

static const uint16_t ports[] = { 1, 22, 53, 80, 81, 443, 1023, 1024, 8080, 65534, 65535 };

static void make_port(struct world *world, struct mxc_port *port)
{
    port->protocol = (enum mxc_protocol)dice_roll(&world->dice, 4);
    if (port->protocol == MXC_PROTO_ICMP || chance(world, 4))
        return;
    port->first = ports[dice_roll(&world->dice, COUNT(ports))];
    port->last = ports[dice_roll(&world->dice, COUNT(ports))];
    if (port->last < port->first || chance(world, 2))
        port->last = port->first;
}

static void make_rules(struct world *world, struct mxc_rules *rules, unsigned most)
{
    rules->count = dice_roll(&world->dice, most + 1);
    rules->items = make(world, rules->count, sizeof *rules->items);
    for (size_t i = 0; i < rules->count; i++) {
        struct mxc_rule *rule = &rules->items[i];

        rule->to_count = chance(world, 12) ? 0 : 1 + dice_roll(&world->dice, 3);
        rule->to = make(world, rule->to_count, sizeof *rule->to);
        for (size_t k = 0; k < rule->to_count; k++)
            make_peer(world, &rule->to[k]);
        rule->port_count = dice_roll(&world->dice, 4);
        rule->ports = make(world, rule->port_count, sizeof *rule->ports);
        for (size_t k = 0; k < rule->port_count; k++)
            make_port(world, &rule->ports[k]);
    }
}

/* ---- questions */

static struct mxc_address as_address(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? mxc_address_v4(cidr->address) : mxc_address_v6(cidr->address);
}

static const struct mxc_peer *some_peer(struct world *world)
{
    const struct mxc_rules *rules = chance(world, 2) ? &world->network.deny : &world->network.allow;
    const struct mxc_rule *rule;

    if (!rules->count)
        return NULL;
    rule = &rules->items[dice_roll(&world->dice, (unsigned)rules->count)];
    return rule->to_count ? &rule->to[dice_roll(&world->dice, (unsigned)rule->to_count)] : NULL;
}

/* The first or last address of a network, one beside it, or one within. */
static struct mxc_address near_rule(struct world *world, const struct mxc_peer *peer)
{
    struct mxc_cidr cidr = peer->cidr;

    if (peer->except_count && chance(world, 2))
        cidr = peer->except[dice_roll(&world->dice, (unsigned)peer->except_count)];
    fill(&cidr, cidr.bits, chance(world, 2));
    if (cidr.bits && chance(world, 4)) /* its sibling */
        cidr.address[(cidr.bits - 1) / 8] ^= (uint8_t)(0x80 >> (cidr.bits - 1) % 8);
    if (chance(world, 3))
        flip(world, &cidr);
    return as_address(&cidr);
}

static struct mxc_address some_address(struct world *world)
{
    const struct mxc_peer *peer = chance(world, 3) ? NULL : some_peer(world);
    struct mxc_address address;
    struct mxc_cidr cidr;

    if (peer && !peer->host) {
        address = near_rule(world, peer);
    } else {
        cidr = place(world);
        address = as_address(&cidr);
    }
    if (address.family == 4 && chance(world, 12)) {
        uint8_t bytes[16] = { 0, 0x64, 0xff, 0x9b };

        memcpy(bytes + 12, address.bytes, 4);
        address = mxc_address_v6(bytes);
    }
    return address;
}

void world_flow(struct world *world, struct mxc_flow *out)
{
    int around = (int)dice_roll(&world->dice, 5) - 2;
    uint16_t port = ports[dice_roll(&world->dice, COUNT(ports))];

    out->to = some_address(world);
    if (world->model.own_count && chance(world, 10)) {
        const struct mxc_peer own = {
            .cidr = world->own[dice_roll(&world->dice, (unsigned)world->model.own_count)]
        };

        out->to = near_rule(world, &own);
    }
    if (world->model.pin_count && chance(world, 4))
        out->to = world->pins[dice_roll(&world->dice, (unsigned)world->model.pin_count)].address;
    out->protocol = (enum mxc_protocol)(1 + dice_roll(&world->dice, 3));
    out->port = (uint16_t)(out->protocol == MXC_PROTO_ICMP ? 0
                           : around == -2 || around == 2   ? port
                                                           : port + around);
}

/* An address of the host, or a network that its routes lead to itself. */
static struct mxc_cidr own_network(struct world *world)
{
    struct mxc_address address = some_address(world);
    struct mxc_cidr cidr = { .family = address.family };

    if (chance(world, 3))
        return network(world);
    cidr.bits = width(&cidr);
    memcpy(cidr.address, address.bytes, address.family == 4 ? 4 : 16);
    return cidr;
}

void world_make(struct world *world)
{
    struct mxc_network *network_ = &world->network;

    network_->form = chance(world, 2) ? MXC_NET_LEGACY : MXC_NET_DIRECTIONAL;
    network_->default_allow = network_->egress_allow = chance(world, 2);
    network_->allow_local = chance(world, 2);
    network_->host_loopback_allow = chance(world, 3);
    world->options.loopback_port = chance(world, 4) ? 8080 : 0;
    make_rules(world, &network_->deny, 4);
    make_rules(world, &network_->allow, 5);
    world->model = (struct model){ .network = network_,
                                   .loopback_port = world->options.loopback_port,
                                   .own = world->own,
                                   .pins = world->pins,
                                   .now_ms = 100 };
    while (world->model.own_count < WORLD_OWN && chance(world, 2))
        world->own[world->model.own_count++] = own_network(world);
    while (world->model.pin_count < WORLD_PINS && !chance(world, 3)) {
        const struct model_pin pin = { some_address(world), world_name(world),
                                       98 + dice_roll(&world->dice, 6) };

        world->pins[world->model.pin_count++] = pin;
    }
}

void world_done(struct world *world)
{
    mxc_arena_done(&world->arena);
}
