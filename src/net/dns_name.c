/* SPDX-License-Identifier: MIT */
/* Names in messages of DNS, and their text. */
#include "net/dns_name.h"

#include <string.h>

#define HEADER    12
#define LABEL_MAX 63
#define TEXT_MAX  253

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_plain_label(const char *label, size_t length, bool last)
{
    if (!length || length > LABEL_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = label[i];

        if (c == '-' && (i == 0 || i == length - 1))
            return false;
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && !(c == '_' && !last))
            return false;
    }
    return true;
}

bool mxc_dns_name_plain(const char *text)
{
    if (strlen(text) > TEXT_MAX)
        return false;
    for (;;) {
        size_t length = strcspn(text, ".");
        bool last = !text[length];

        if (!is_plain_label(text, length, last))
            return false;
        if (last)
            return true;
        text += length + 1;
    }
}

/* One more label. A dot in it would look like the end of it. */
static void add_label(char *text, size_t *used, const uint8_t *label, size_t length)
{
    if (*used)
        text[(*used)++] = '.';
    for (size_t i = 0; i < length; i++) {
        char c = (char)label[i];

        text[(*used)++] = c > ' ' && c < 0x7f && c != '.' ? c : '?';
    }
}

/* Follows a name; '*end' is where its own bytes end. The length of its text, or -1. */
static int follow(const uint8_t *message, size_t size, size_t at, size_t *end, char *text)
{
    size_t used = 0,
           start = at; /* of the labels before the next pointer: it must lead before them */
    bool jumped = false;

    while (at < size) {
        size_t length = message[at];

        if (length >= 0xc0) {
            size_t to = at + 1 < size ? (length & 0x3f) << 8 | message[at + 1] : size;

            if (to >= start || to < HEADER)
                return -1;
            *end = jumped ? *end : at + 2;
            jumped = true;
            at = start = to;
        } else if (!length) {
            *end = jumped ? *end : at + 1;
            text[used] = '\0';
            return (int)used;
        } else {
            if (length > LABEL_MAX || length > size - at - 1 ||
                used + (used > 0) + length > TEXT_MAX)
                return -1;
            add_label(text, &used, message + at + 1, length);
            at += 1 + length;
        }
    }
    return -1;
}

enum mxc_dns_name_kind mxc_dns_name_read(const uint8_t *message, size_t size, size_t *at,
                                         char out[MXC_DNS_NAME])
{
    char text[MXC_DNS_NAME] = "";
    size_t end = 0;
    int length = follow(message, size, *at, &end, text);

    if (length < 0)
        return MXC_DNS_NAME_BAD;
    *at = end;
    if (length == 0) {
        memcpy(out, ".", 2);
        return MXC_DNS_NAME_ODD;
    }
    memcpy(out, text, (size_t)length + 1);
    return mxc_dns_name_plain(text) ? MXC_DNS_NAME_PLAIN : MXC_DNS_NAME_ODD;
}

size_t mxc_dns_name_write(const char *text, uint8_t *out)
{
    size_t used = 0;

    for (;;) {
        size_t length = strcspn(text, ".");

        out[used++] = (uint8_t)length;
        memcpy(out + used, text, length);
        used += length;
        if (!text[length])
            break;
        text += length + 1;
    }
    out[used++] = 0;
    return used;
}

void mxc_dns_name_lower(char *text)
{
    for (; *text; text++)
        *text = lower(*text);
}

bool mxc_dns_name_same(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}
