/* SPDX-License-Identifier: MIT */
/* The grammar of RFC 8259, without making anything of it. */
#include "policy/syntax.h"

#include <stdbool.h>
#include <string.h>

struct scan {
    const char *text;
    size_t length;
    size_t at;
};

static enum mxc_syntax scan_value(struct scan *scan);

/* -1 at the end of the text. */
static int here(const struct scan *scan)
{
    return scan->at < scan->length ? (unsigned char)scan->text[scan->at] : -1;
}

/* At the end of the text that is what is wrong, whatever was expected. */
static enum mxc_syntax fault(const struct scan *scan, enum mxc_syntax expected)
{
    return here(scan) < 0 ? MXC_SYNTAX_END : expected;
}

static bool take(struct scan *scan, char c)
{
    bool same = here(scan) == c;

    scan->at += same;
    return same;
}

static void skip_space(struct scan *scan)
{
    while (here(scan) == ' ' || here(scan) == '\t' || here(scan) == '\r' || here(scan) == '\n')
        scan->at++;
}

static size_t skip_digits(struct scan *scan)
{
    size_t from = scan->at;

    while (here(scan) >= '0' && here(scan) <= '9')
        scan->at++;
    return scan->at - from;
}

/* Four hexadecimal digits 'from' bytes ahead, or -1. */
static long hex4(const struct scan *scan, size_t from)
{
    long value = 0;

    for (size_t i = scan->at + from; i < scan->at + from + 4; i++) {
        int c = i < scan->length ? (unsigned char)scan->text[i] : 0;
        int letter = c | 0x20; /* in lower case; of a digit it would say too much */

        if (c >= '0' && c <= '9')
            value = value * 16 + c - '0';
        else if (letter >= 'a' && letter <= 'f')
            value = value * 16 + letter - 'a' + 10;
        else
            return -1;
    }
    return value;
}

static bool is_surrogate(long value, long first)
{
    return value >= first && value < first + 0x400;
}

/* Stands at the backslash. */
static enum mxc_syntax scan_escape(struct scan *scan)
{
    const char *left = scan->text + scan->at;
    size_t size = scan->length - scan->at;
    long value;

    if (size < 2)
        scan->at = scan->length;
    if (size >= 2 && left[1] && strchr("\"\\/bfnrt", left[1])) {
        scan->at += 2;
        return MXC_SYNTAX_OK;
    }
    value = size >= 2 && left[1] == 'u' ? hex4(scan, 2) : -1;
    if (value < 0)
        return fault(scan, MXC_SYNTAX_ESCAPE);
    if (is_surrogate(value, 0xd800) && size >= 12 && left[6] == '\\' && left[7] == 'u' &&
        is_surrogate(hex4(scan, 8), 0xdc00)) {
        scan->at += 12;
        return MXC_SYNTAX_OK;
    }
    if (is_surrogate(value, 0xd800) || is_surrogate(value, 0xdc00))
        return MXC_SYNTAX_SURROGATE;
    scan->at += 6;
    return MXC_SYNTAX_OK;
}

static enum mxc_syntax scan_string(struct scan *scan)
{
    enum mxc_syntax result = MXC_SYNTAX_OK;

    scan->at++;
    while (result == MXC_SYNTAX_OK) {
        if (take(scan, '"'))
            return MXC_SYNTAX_OK;
        if (here(scan) < 0x20)
            return fault(scan, MXC_SYNTAX_CONTROL);
        if (here(scan) == '\\')
            result = scan_escape(scan);
        else
            scan->at++;
    }
    return result;
}

static enum mxc_syntax scan_number(struct scan *scan)
{
    (void)take(scan, '-');
    if (!take(scan, '0') && !skip_digits(scan))
        return fault(scan, MXC_SYNTAX_VALUE);
    if (take(scan, '.') && !skip_digits(scan))
        return fault(scan, MXC_SYNTAX_VALUE);
    if (here(scan) == 'e' || here(scan) == 'E') {
        scan->at++;
        if (!take(scan, '+'))
            (void)take(scan, '-');
        if (!skip_digits(scan))
            return fault(scan, MXC_SYNTAX_VALUE);
    }
    return MXC_SYNTAX_OK;
}

static enum mxc_syntax scan_member(struct scan *scan)
{
    enum mxc_syntax result;

    if (here(scan) != '"')
        return fault(scan, MXC_SYNTAX_NAME);
    result = scan_string(scan);
    if (result != MXC_SYNTAX_OK)
        return result;
    skip_space(scan);
    return take(scan, ':') ? scan_value(scan) : fault(scan, MXC_SYNTAX_COLON);
}

/* What follows the opening bracket, up to 'end'. */
static enum mxc_syntax scan_rest(struct scan *scan, char end)
{
    enum mxc_syntax (*const scan_item)(struct scan *) = end == '}' ? scan_member : scan_value;
    enum mxc_syntax result;

    skip_space(scan);
    if (take(scan, end))
        return MXC_SYNTAX_OK;
    for (;;) {
        skip_space(scan);
        result = scan_item(scan);
        if (result != MXC_SYNTAX_OK)
            return result;
        skip_space(scan);
        if (take(scan, end))
            return MXC_SYNTAX_OK;
        if (!take(scan, ','))
            return fault(scan, end == '}' ? MXC_SYNTAX_IN_OBJECT : MXC_SYNTAX_IN_LIST);
    }
}

static enum mxc_syntax scan_value(struct scan *scan)
{
    static const char *const words[] = { "true", "false", "null" };

    skip_space(scan);
    if (take(scan, '{'))
        return scan_rest(scan, '}');
    if (take(scan, '['))
        return scan_rest(scan, ']');
    if (here(scan) == '"')
        return scan_string(scan);
    if (here(scan) == '-' || (here(scan) >= '0' && here(scan) <= '9'))
        return scan_number(scan);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);

        if (scan->length - scan->at >= size && memcmp(scan->text + scan->at, words[i], size) == 0) {
            scan->at += size;
            return MXC_SYNTAX_OK;
        }
    }
    return fault(scan, MXC_SYNTAX_VALUE);
}

enum mxc_syntax mxc_syntax_check(const char *text, size_t length, size_t *at)
{
    struct scan scan = { text, length, 0 };
    enum mxc_syntax result = scan_value(&scan);

    if (result == MXC_SYNTAX_OK) {
        skip_space(&scan);
        result = scan.at < length ? MXC_SYNTAX_TRAILING : MXC_SYNTAX_OK;
    }
    *at = scan.at;
    return result;
}
