/* SPDX-License-Identifier: MIT */
/* The table of closed ranges. */
#include "net/closed.h"

#include <stddef.h>
#include <string.h>

#define V4(a, b, c, d)                                                                             \
    {                                                                                              \
        [10] = 0xff, [11] = 0xff, [12] = a, [13] = b, [14] = c, [15] = d                           \
    }
#define V4_BITS(bits) (96 + (bits))
#define OPENS         true

/* In any order: the longest prefix counts. */
static const struct row {
    uint8_t address[16];
    uint8_t bits;
    uint8_t why;
    bool opens;
} rows[] = {
    { V4(0, 0, 0, 0), V4_BITS(0), MXC_WHY_NONE, OPENS },
    { V4(0, 0, 0, 0), V4_BITS(8), MXC_WHY_RESERVED }, /* Linux connects 0.0.0.0 to itself */
    { V4(10, 0, 0, 0), V4_BITS(8), MXC_WHY_PRIVATE, OPENS },
    { V4(10, 0, 2, 0), V4_BITS(24), MXC_WHY_RESERVED }, /* the sandbox's own */
    { V4(100, 64, 0, 0), V4_BITS(10), MXC_WHY_PRIVATE, OPENS },
    { V4(100, 100, 100, 200), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* Alibaba */
    { V4(127, 0, 0, 0), V4_BITS(8), MXC_WHY_LOOPBACK },
    { V4(168, 63, 129, 16), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* Azure */
    { V4(169, 254, 0, 0), V4_BITS(16), MXC_WHY_LINK_LOCAL, OPENS },
    { V4(169, 254, 0, 23), V4_BITS(32), MXC_WHY_METADATA, OPENS },    /* Tencent */
    { V4(169, 254, 42, 42), V4_BITS(32), MXC_WHY_METADATA, OPENS },   /* Scaleway */
    { V4(169, 254, 169, 252), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* GKE, of a node */
    { V4(169, 254, 169, 254), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* most of them */
    { V4(169, 254, 170, 2), V4_BITS(32), MXC_WHY_METADATA, OPENS },   /* credentials of AWS tasks */
    { V4(169, 254, 170, 23), V4_BITS(32), MXC_WHY_METADATA, OPENS },  /* … and of pods */
    { V4(172, 16, 0, 0), V4_BITS(12), MXC_WHY_PRIVATE, OPENS },
    { V4(192, 0, 0, 0), V4_BITS(24), MXC_WHY_RESERVED },
    { V4(192, 0, 0, 192), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* Oracle, older */
    { V4(192, 168, 0, 0), V4_BITS(16), MXC_WHY_PRIVATE, OPENS },
    { V4(192, 88, 99, 0), V4_BITS(24), MXC_WHY_PRIVATE, OPENS }, /* relays of 6to4, given up */
    { V4(198, 18, 0, 0), V4_BITS(15), MXC_WHY_PRIVATE, OPENS },  /* benchmarks */
    { V4(224, 0, 0, 0), V4_BITS(3), MXC_WHY_RESERVED }, /* multicast, broadcast, and between them */

    /* Of IPv6 only what is handed out counts as ordinary. */
    { { [15] = 1 }, 128, MXC_WHY_LOOPBACK },
    { { 0x20 }, 3, MXC_WHY_NONE, OPENS },
    { { 0x20, 0x01, 0, 0 }, 32, MXC_WHY_RESERVED },          /* Teredo */
    { { 0x20, 0x01, 0, 0x02 }, 48, MXC_WHY_PRIVATE, OPENS }, /* benchmarks */
    { { 0, 0x64, 0xff, 0x9b }, 96, MXC_WHY_NONE, OPENS },
    { { 0xfc }, 7, MXC_WHY_PRIVATE, OPENS },
    { { 0xfd }, 64, MXC_WHY_RESERVED }, /* the sandbox's own */
    { { 0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 }, 128, MXC_WHY_METADATA, OPENS }, /* AWS */
    { { 0xfd, 0, 0x0e, 0xc2, [15] = 0x23 }, 128, MXC_WHY_METADATA, OPENS },
    { { 0xfd, 0, 0, 0x42, [15] = 0x42 }, 128, MXC_WHY_METADATA, OPENS },             /* Scaleway */
    { { 0xfd, 0, 0xa9, 0xfe, 0xa9, 0xfe, [15] = 1 }, 128, MXC_WHY_METADATA, OPENS }, /* Linode */
    { { 0xfd, 0x20, 0, 0xce, [14] = 0x02, [15] = 0x54 },
      128,
      MXC_WHY_METADATA,
      OPENS }, /* Google */
    { { 0xfd, 0, 0, 0xc1, [12] = 0xa9, [13] = 0xfe, [14] = 0xa9, [15] = 0xfe },
      128,
      MXC_WHY_METADATA,
      OPENS }, /* Oracle */
    /* Such an address needs the name of an interface, which no policy says. */
    { { 0xfe, 0x80 }, 10, MXC_WHY_LINK_LOCAL },
    { { 0xfe, 0x80, [12] = 0xa9, 0xfe, 0xa9, 0xfe }, 128, MXC_WHY_METADATA }, /* OpenStack */
};

static const struct row elsewhere = { { 0 }, 0, MXC_WHY_RESERVED, false };

struct mxc_closed mxc_closed_find(const uint8_t wide[16])
{
    const struct row *best = &elsewhere;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mxc_address_shares(wide, rows[i].address, rows[i].bits) && rows[i].bits > best->bits)
            best = &rows[i];
    return (struct mxc_closed){ best->why, best->bits, best->opens };
}

static const uint8_t gateways[2][16] = { V4(10, 0, 2, 2), { 0xfd, [15] = 2 } };
static const uint8_t loopbacks[2][16] = { V4(127, 0, 0, 1), { [15] = 1 } };
static const uint8_t nat64[16] = { 0, 0x64, 0xff, 0x9b }, sixtofour[16] = { 0x20, 0x02 };

bool mxc_closed_is_gateway(const uint8_t wide[16])
{
    return memcmp(wide, gateways[0], 16) == 0 || memcmp(wide, gateways[1], 16) == 0;
}

static bool take_v4(const uint8_t bytes[4], uint8_t out[16])
{
    const struct mxc_address inner = mxc_address_v4(bytes);

    mxc_address_wide(&inner, out);
    return true;
}

bool mxc_closed_behind(const uint8_t wide[16], uint8_t out[16])
{
    for (size_t i = 0; i < 2; i++)
        if (memcmp(wide, gateways[i], 16) == 0) {
            memcpy(out, loopbacks[i], 16);
            return true;
        }
    if (mxc_address_shares(wide, nat64, 96))
        return take_v4(wide + 12, out);
    return mxc_address_shares(wide, sixtofour, 16) && take_v4(wide + 2, out);
}

/* ---- what a rule may open */

/* Lets a rule for a network of this length through where the row counts? */
static bool yields(const struct row *row, unsigned named, bool private_closed)
{
    if (row->why == MXC_WHY_NONE || (row->why == MXC_WHY_PRIVATE && !private_closed))
        return true;
    return row->opens && named >= row->bits;
}

/* The row around a network, and each one within: no row is made up of others. */
static bool some_yield(const struct mxc_closed_net *net, bool private_closed)
{
    const struct row *around = &elsewhere;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool within = rows[i].bits > net->bits;

        if (!mxc_address_shares(net->wide, rows[i].address, within ? net->bits : rows[i].bits))
            continue;
        if (within && yields(&rows[i], net->named, private_closed))
            return true;
        if (!within && rows[i].bits > around->bits)
            around = &rows[i];
    }
    return yields(around, net->named, private_closed);
}

bool mxc_closed_can_open(const struct mxc_closed_net *net, bool private_closed)
{
    struct mxc_closed_net behind = { .named = 0 };
    unsigned known = 0;

    if (mxc_address_shares(net->wide, nat64, 96) && net->bits >= 96)
        known = net->bits - 96U;
    else if (mxc_address_shares(net->wide, sixtofour, 16) && net->bits >= 16)
        known = net->bits - 16U;
    if (known && mxc_closed_behind(net->wide, behind.wide)) {
        behind.bits = V4_BITS(known < 32 ? known : 32);
        return some_yield(&behind, private_closed);
    }
    return mxc_closed_is_gateway(net->wide) || some_yield(net, private_closed);
}
