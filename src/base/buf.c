/* SPDX-License-Identifier: MIT */
/* Text that grows; running out of memory is remembered and checked once at the end. */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static bool reserve(struct mxc_buf *buf, size_t more)
{
    size_t wanted = buf->room ? buf->room : 256;
    char *larger;

    if (buf->failed || more > SIZE_MAX / 4 - buf->length) {
        buf->failed = true;
        return false;
    }
    while (wanted < buf->length + more + 1)
        wanted *= 2;
    if (wanted == buf->room)
        return true;
    larger = realloc(buf->data, wanted);
    if (!larger) {
        buf->failed = true;
        return false;
    }
    buf->data = larger;
    buf->room = wanted;
    return true;
}

void mxc_buf_add_n(struct mxc_buf *buf, const char *bytes, size_t length)
{
    if (!reserve(buf, length))
        return;
    if (length)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void mxc_buf_add(struct mxc_buf *buf, const char *text)
{
    mxc_buf_add_n(buf, text, strlen(text));
}

void mxc_buf_format(struct mxc_buf *buf, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !reserve(buf, (size_t)length))
        return;
    va_start(args, format);
    (void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
    va_end(args);
    buf->length += (size_t)length;
}

/* Above U+FFFF as a surrogate pair. */
static void add_escape(struct mxc_buf *buf, uint32_t point)
{
    if (point > 0xffff) {
        mxc_buf_format(buf, "\\u%04x", (unsigned)(0xd7c0 + (point >> 10)));
        point = 0xdc00 + (point & 0x3ff);
    }
    mxc_buf_format(buf, "\\u%04x", (unsigned)point);
}

void mxc_buf_json(struct mxc_buf *buf, const char *text)
{
    size_t left = strlen(text);

    mxc_buf_add_n(buf, "\"", 1);
    while (left) {
        size_t size = mxc_utf8_size(text, left);

        if (!size)
            mxc_buf_add(buf, "\xef\xbf\xbd");
        else if (*text == '"' || *text == '\\')
            mxc_buf_format(buf, "\\%c", *text);
        else if (*text == '\n')
            mxc_buf_add(buf, "\\n");
        else if (mxc_utf8_confusing(mxc_utf8_point(text, size)))
            add_escape(buf, mxc_utf8_point(text, size));
        else
            mxc_buf_add_n(buf, text, size);
        size = size ? size : 1;
        text += size;
        left -= size;
    }
    mxc_buf_add_n(buf, "\"", 1);
}

void mxc_buf_done(struct mxc_buf *buf)
{
    int saved = errno;

    if (buf) {
        free(buf->data);
        *buf = (struct mxc_buf){ 0 };
    }
    errno = saved;
}
