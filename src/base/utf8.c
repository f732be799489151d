/* SPDX-License-Identifier: MIT */
/* Strict UTF-8 after table 3-7 of the Unicode standard. */
#include "base/utf8.h"

#include <string.h>

static const struct {
    unsigned char first_low, first_high, second_low, second_high;
    size_t size;
} forms[] = {
    { 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
    { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static int in_range(unsigned char byte, unsigned char low, unsigned char high)
{
    return byte >= low && byte <= high;
}

size_t mxc_utf8_size(const char *text, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t i = 0; left && i < sizeof forms / sizeof *forms; i++) {
        if (!in_range(bytes[0], forms[i].first_low, forms[i].first_high))
            continue;
        if (forms[i].size > left)
            return 0;
        for (size_t k = 1; k < forms[i].size; k++)
            if (!in_range(bytes[k], k == 1 ? forms[i].second_low : 0x80,
                          k == 1 ? forms[i].second_high : 0xbf))
                return 0;
        return forms[i].size;
    }
    return 0;
}

size_t mxc_utf8_check(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t size = mxc_utf8_size(text + at, length - at);

        if (!size)
            break;
        at += size;
    }
    return at;
}

uint32_t mxc_utf8_point(const char *text, size_t size)
{
    static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t point = (unsigned char)text[0] & lead[size];

    for (size_t i = 1; i < size; i++)
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    return point;
}

static const struct {
    uint32_t first, last;
} confusing[] = {
    { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x200b, 0x200f }, { 0x2028, 0x202e },
    { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

bool mxc_utf8_confusing(uint32_t point)
{
    for (size_t i = 0; i < sizeof confusing / sizeof *confusing; i++)
        if (point >= confusing[i].first && point <= confusing[i].last)
            return true;
    return false;
}

void mxc_utf8_tame(char *text)
{
    size_t left = strlen(text);
    char *to = text;

    while (left) {
        size_t size = mxc_utf8_size(text, left);

        if (size && !mxc_utf8_confusing(mxc_utf8_point(text, size))) {
            memmove(to, text, size);
            to += size;
        } else {
            *to++ = '?';
        }
        text += size ? size : 1;
        left -= size ? size : 1;
    }
    *to = '\0';
}
