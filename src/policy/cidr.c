/* SPDX-License-Identifier: MIT */
/* Addresses without the C library's parsers, which differ between systems. */
#include "policy/cidr.h"

#include <stddef.h>
#include <string.h>

/* Up to 'digits' digits of a base; returns the end, or NULL when there is none. */
static const char *read_digits(const char *text, unsigned base, int digits, unsigned *out)
{
    static const char all[] = "0123456789abcdef";
    int count = 0;

    for (*out = 0; count < digits && *text; count++, text++) {
        char c = *text >= 'A' && *text <= 'F' ? (char)(*text - 'A' + 'a') : *text;
        const char *digit = memchr(all, c, base);

        if (!digit)
            break;
        *out = *out * base + (unsigned)(digit - all);
    }
    return count ? text : NULL;
}

static const char *read_v4(const char *text, uint8_t out[4])
{
    unsigned number;

    for (int i = 0; i < 4; i++) {
        const char *end;

        if (i && *text++ != '.')
            return NULL;
        end = read_digits(text, 10, 3, &number);
        if (!end || number > 255 || (*text == '0' && end - text > 1))
            return NULL;
        out[i] = (uint8_t)number;
        text = end;
    }
    return text;
}

/* Groups of 16 bits, at most 'room' of them, the last two of an address perhaps written as IPv4:
 * without "::" (room for all 8) they are the seventh and eighth. Stops before "::" or at the first
 * byte that fits nothing. */
static const char *read_groups(const char *text, size_t room, uint8_t *out, size_t *count)
{
    unsigned group;

    for (*count = 0; *count < room; ++*count) {
        const char *from = *count ? text + 1 : text, *end;

        if (*count && (*text != ':' || text[1] == ':'))
            break;
        end =
            (room == 8 ? *count == 6 : room - *count >= 2) ? read_v4(from, out + *count * 2) : NULL;
        if (end) {
            *count += 2;
            return end;
        }
        end = read_digits(from, 16, 4, &group);
        if (!end)
            break;
        out[*count * 2] = (uint8_t)(group >> 8);
        out[*count * 2 + 1] = (uint8_t)group;
        text = end;
    }
    return text;
}

static const char *read_v6(const char *text, uint8_t out[16])
{
    uint8_t tail[16] = { 0 };
    size_t head_count, tail_count;

    memset(out, 0, 16);
    text = read_groups(text, 8, out, &head_count);
    if (head_count == 8)
        return text;
    if (text[0] != ':' || text[1] != ':')
        return NULL;
    text = read_groups(text + 2, 8 - (head_count + 1), tail, &tail_count);
    memcpy(out + 16 - tail_count * 2, tail, tail_count * 2);
    return text;
}

static uint8_t width(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? 32 : 128;
}

static bool bit(const struct mxc_cidr *cidr, unsigned index)
{
    return cidr->address[index / 8] >> (7 - index % 8) & 1;
}

static enum mxc_cidr_fault read_prefix(const char *text, struct mxc_cidr *out)
{
    const char *end;
    unsigned bits;

    while (text[0] == '0' && text[1] == '0')
        text++;
    end = read_digits(text, 10, 4, &bits);
    if (!end || *end || bits > 255)
        return MXC_CIDR_NO_PREFIX;
    out->bits = (uint8_t)bits;
    if (bits > width(out))
        return MXC_CIDR_TOO_LONG;
    for (unsigned i = bits; i < width(out); i++)
        if (bit(out, i))
            return MXC_CIDR_HOST_BITS;
    return MXC_CIDR_OK;
}

enum mxc_cidr_fault mxc_cidr_parse(const char *text, struct mxc_cidr *out)
{
    const char *end;

    *out = (struct mxc_cidr){ .family = 4 };
    end = read_v4(text, out->address);
    if (!end || (*end && *end != '/')) {
        out->family = 6;
        end = read_v6(text, out->address);
    }
    if (!end || (*end && *end != '/'))
        return MXC_CIDR_NO_ADDRESS;
    out->bits = width(out);
    return *end ? read_prefix(end + 1, out) : MXC_CIDR_OK;
}

bool mxc_cidr_within(const struct mxc_cidr *inner, const struct mxc_cidr *outer)
{
    if (inner->family != outer->family || inner->bits < outer->bits)
        return false;
    for (unsigned i = 0; i < outer->bits; i++)
        if (bit(inner, i) != bit(outer, i))
            return false;
    return true;
}
