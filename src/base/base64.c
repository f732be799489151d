/* SPDX-License-Identifier: MIT */
/* Strict base64: one text for one sequence of bytes, everything else is refused. */
#include "base/base64.h"

#include <errno.h>
#include <stdint.h>

/* Value of one character, or -1. */
static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Decodes one group of four, the last 'padding' of which are '='. Returns 0 or EINVAL. */
static int decode_group(const char *group, unsigned padding, char *out)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < 4; i++) {
        int value = i < 4 - padding ? digit(group[i]) : 0;

        if (value < 0)
            return EINVAL;
        bits = bits << 6 | (uint32_t)value;
    }
    if (padding && (bits & ((1u << 8 * padding) - 1)))
        return EINVAL; /* bits that no byte takes: not what an encoder writes */
    for (unsigned i = 0; i < 3 - padding; i++)
        out[i] = (char)(bits >> (16 - 8 * i) & 0xff);
    return 0;
}

int mxc_base64_decode(struct mxc_arena *arena, const char *text, size_t length, char **out,
                      size_t *out_length)
{
    unsigned padding = 0;
    char *bytes;

    if (length % 4)
        return EINVAL;
    if (length && text[length - 1] == '=')
        padding = text[length - 2] == '=' ? 2 : 1;
    bytes = mxc_arena_alloc(arena, length / 4 * 3 + 1);
    if (!bytes)
        return ENOMEM;
    for (size_t i = 0; i < length; i += 4)
        if (decode_group(text + i, i + 4 == length ? padding : 0, bytes + i / 4 * 3))
            return EINVAL;
    *out = bytes;
    *out_length = length / 4 * 3 - padding;
    return 0;
}
