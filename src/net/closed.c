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
    { V4(169, 254, 169, 254), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* most of them */
    { V4(169, 254, 170, 2), V4_BITS(32), MXC_WHY_METADATA, OPENS },   /* credentials of AWS tasks */
    { V4(169, 254, 170, 23), V4_BITS(32), MXC_WHY_METADATA, OPENS },  /* … and of pods */
    { V4(172, 16, 0, 0), V4_BITS(12), MXC_WHY_PRIVATE, OPENS },
    { V4(192, 0, 0, 0), V4_BITS(24), MXC_WHY_RESERVED },
    { V4(192, 0, 0, 192), V4_BITS(32), MXC_WHY_METADATA, OPENS }, /* Oracle, older */
    { V4(192, 168, 0, 0), V4_BITS(16), MXC_WHY_PRIVATE, OPENS },
    { V4(224, 0, 0, 0), V4_BITS(4), MXC_WHY_RESERVED }, /* multicast */
    { V4(240, 0, 0, 0), V4_BITS(4), MXC_WHY_RESERVED }, /* with broadcast */

    /* Of IPv6 only what is handed out counts as ordinary. */
    { { [15] = 1 }, 128, MXC_WHY_LOOPBACK },
    { { 0x20 }, 3, MXC_WHY_NONE, OPENS },
    { { 0x20, 0x01, 0, 0 }, 32, MXC_WHY_RESERVED }, /* Teredo */
    { { 0, 0x64, 0xff, 0x9b }, 96, MXC_WHY_NONE, OPENS },
    { { 0xfc }, 7, MXC_WHY_PRIVATE, OPENS },
    { { 0xfd }, 64, MXC_WHY_RESERVED }, /* the sandbox's own */
    { { 0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54 }, 128, MXC_WHY_METADATA, OPENS }, /* AWS */
    { { 0xfd, 0, 0x0e, 0xc2, [15] = 0x23 }, 128, MXC_WHY_METADATA, OPENS },
    { { 0xfd, 0x20, 0, 0xce, [14] = 0x02, [15] = 0x54 },
      128,
      MXC_WHY_METADATA,
      OPENS }, /* Google */
    { { 0xfd, 0, 0, 0xc1, [12] = 0xa9, [13] = 0xfe, [14] = 0xa9, [15] = 0xfe },
      128,
      MXC_WHY_METADATA,
      OPENS }, /* Oracle */
    { { 0xfe, 0x80 }, 10, MXC_WHY_LINK_LOCAL, OPENS },
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
    static const uint8_t nat64[16] = { 0, 0x64, 0xff, 0x9b }, sixtofour[16] = { 0x20, 0x02 };

    for (size_t i = 0; i < 2; i++)
        if (memcmp(wide, gateways[i], 16) == 0) {
            memcpy(out, loopbacks[i], 16);
            return true;
        }
    if (mxc_address_shares(wide, nat64, 96))
        return take_v4(wide + 12, out);
    return mxc_address_shares(wide, sixtofour, 16) && take_v4(wide + 2, out);
}
