/* SPDX-License-Identifier: MIT */
/* Addresses: one form for each, and their text. */
#include "net/address.h"

#include <stdio.h>
#include <string.h>

#include "policy/cidr.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

struct mxc_address mxc_address_v4(const uint8_t bytes[4])
{
    struct mxc_address address = { .family = 4 };

    memcpy(address.bytes, bytes, 4);
    return address;
}

struct mxc_address mxc_address_v6(const uint8_t bytes[16])
{
    struct mxc_address address = { .family = 6 };

    if (memcmp(bytes, mapped, sizeof mapped) == 0)
        return mxc_address_v4(bytes + sizeof mapped);
    memcpy(address.bytes, bytes, 16);
    return address;
}

bool mxc_address_parse(const char *text, struct mxc_address *out)
{
    struct mxc_cidr cidr;

    if (strchr(text, '/') || mxc_cidr_parse(text, &cidr) != MXC_CIDR_OK)
        return false;
    *out = cidr.family == 4 ? mxc_address_v4(cidr.address) : mxc_address_v6(cidr.address);
    return true;
}

/* The first of the longest runs of zero groups that is longer than one; 8 when there is none. */
static unsigned longest_zeros(const unsigned group[8], unsigned *length)
{
    unsigned best = 8;

    *length = 1;
    for (unsigned i = 0; i < 8; i++) {
        unsigned end = i;

        while (end < 8 && !group[end])
            end++;
        if (end - i > *length) {
            best = i;
            *length = end - i;
        }
    }
    return best;
}

static void text_v6(const uint8_t bytes[16], char out[MXC_ADDRESS_TEXT])
{
    unsigned group[8], length;
    int used = 0;

    for (unsigned i = 0; i < 8; i++)
        group[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    for (unsigned i = 0, zeros = longest_zeros(group, &length); i < 8; i++) {
        const char *before = i && i != zeros + length ? ":" : "";

        if (i == zeros) {
            used += snprintf(out + used, MXC_ADDRESS_TEXT - (size_t)used, "::");
            i += length - 1;
        } else {
            used += snprintf(out + used, MXC_ADDRESS_TEXT - (size_t)used, "%s%x", before, group[i]);
        }
    }
}

const char *mxc_address_text(const struct mxc_address *address, char out[MXC_ADDRESS_TEXT])
{
    const uint8_t *bytes = address->bytes;

    if (address->family == 4)
        snprintf(out, MXC_ADDRESS_TEXT, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    else if (address->family == 6)
        text_v6(bytes, out);
    else
        snprintf(out, MXC_ADDRESS_TEXT, "?");
    return out;
}

bool mxc_address_same(const struct mxc_address *a, const struct mxc_address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16) == 0;
}

void mxc_address_wide(const struct mxc_address *address, uint8_t out[16])
{
    if (address->family == 4) {
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + sizeof mapped, address->bytes, 4);
    } else {
        memcpy(out, address->bytes, 16);
    }
}

uint8_t mxc_address_wide_cidr(const struct mxc_cidr *cidr, uint8_t out[16])
{
    struct mxc_address address = { .family = cidr->family };

    memcpy(address.bytes, cidr->address, 16);
    mxc_address_wide(&address, out);
    return (uint8_t)(cidr->family == 4 ? cidr->bits + 96 : cidr->bits);
}

bool mxc_address_shares(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
    unsigned bytes = bits / 8, left = bits % 8;

    if (memcmp(a, b, bytes) != 0)
        return false;
    return !left || (a[bytes] ^ b[bytes]) >> (8 - left) == 0;
}
