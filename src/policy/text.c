/* SPDX-License-Identifier: MIT */
/* First look at the bytes, before any parser sees them. */
#include "policy/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void mxc_text_position(const char *text, size_t offset, struct mxc_err *err)
{
    if (!err)
        return;
    err->line = 1;
    err->column = 1;
    for (size_t i = 0; i < offset; i++) {
        bool end = text[i] == '\n';

        err->line += end;
        err->column = end ? 1 : err->column + 1;
    }
}

static int fail_at(const char *text, size_t offset, struct mxc_err *err, const char *what)
{
    (void)mxc_fail(err, MXC_BAD_POLICY, 0, "", "%s", what);
    mxc_text_position(text, offset, err);
    return -1;
}

static const struct {
    const char *bytes;
    size_t size;
    const char *what;
} marks[] = {
    { "\xef\xbb\xbf", 3,
      "the text starts with a byte order mark (EF BB BF); save it as UTF-8 without one" },
    { "\xff\xfe", 2, "the text is UTF-16 (it starts with FF FE); save it as UTF-8" },
    { "\xfe\xff", 2, "the text is UTF-16 (it starts with FE FF); save it as UTF-8" },
};

static int check_depth(const char *text, size_t length, struct mxc_err *err)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > MXC_TEXT_DEPTH)
            return fail_at(text, i, err,
                           "recursion limit exceeded: more than 127 nested lists and objects");
        else if (!quoted && (c == ']' || c == '}') && depth)
            depth--;
    }
    return 0;
}

int mxc_text_scan(const char *text, size_t length, struct mxc_err *err)
{
    size_t at;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length >= marks[i].size && memcmp(text, marks[i].bytes, marks[i].size) == 0)
            return fail_at(text, 0, err, marks[i].what);
    at = mxc_utf8_check(text, length);
    if (at < length)
        return fail_at(text, at, err,
                       "this byte is not valid UTF-8; save the configuration as UTF-8");
    for (at = 0; at < length && strchr(" \t\r\n", text[at]) && text[at];)
        at++;
    if (at == length)
        return fail_at(text, 0, err, "expected a configuration object, found an empty text");
    return check_depth(text, length, err);
}

/* Writes one character, escaped where needed, and returns its size in the text. */
static size_t escape_one(char out[16], const char *text, size_t left)
{
    size_t size = mxc_utf8_size(text, left);
    uint32_t point;

    if (!size) {
        (void)snprintf(out, 16, "\\x%02x", (unsigned)(unsigned char)*text);
        return 1;
    }
    point = mxc_utf8_point(text, size);
    if (mxc_utf8_confusing(point)) {
        (void)snprintf(out, 16, "\\u{%x}", (unsigned)point);
    } else {
        memcpy(out, text, size);
        out[size] = '\0';
    }
    return size;
}

void mxc_text_escape(struct mxc_buf *out, const char *text, size_t length)
{
    char one[16];

    for (size_t at = 0; at < length; mxc_buf_add(out, one))
        at += escape_one(one, text + at, length - at);
}

const char *mxc_shown(struct mxc_shown *out, const char *text, size_t length)
{
    static const char more[] = "...";
    size_t used = 0;
    char one[16];

    for (size_t at = 0; at < length;) {
        at += escape_one(one, text + at, length - at);
        if (used + strlen(one) + sizeof more > sizeof out->text) {
            memcpy(out->text + used, more, sizeof more);
            return out->text;
        }
        memcpy(out->text + used, one, strlen(one));
        used += strlen(one);
    }
    out->text[used] = '\0';
    return out->text;
}
