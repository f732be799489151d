/* SPDX-License-Identifier: MIT */
/* Errors of the reader: every one has a pointer, a line and a column. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/read.h"
#include "policy/text.h"

int mxc_read_no_memory(struct mxc_reader *reader)
{
    return mxc_fail(reader->err, MXC_BACKEND, ENOMEM, "malloc", "out of memory");
}

static int fail_at(struct mxc_reader *reader, const struct mxc_path *path, bool key,
                   const char *text)
{
    struct mxc_spot spot = mxc_locate(reader->text, reader->length, path);
    auto_buf pointer = { 0 };

    mxc_path_pointer(path, &pointer);
    (void)mxc_fail(reader->err, MXC_BAD_POLICY, 0, pointer.data, "%s", text);
    mxc_text_position(reader->text, key ? spot.key : spot.value, reader->err);
    return -1;
}

int mxc_read_fail(struct mxc_reader *reader, const struct mxc_path *path, const char *format, ...)
{
    char text[sizeof reader->err->text];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail_at(reader, path, false, text);
}

int mxc_read_fail_key(struct mxc_reader *reader, const struct mxc_path *path, const char *format,
                      ...)
{
    char text[sizeof reader->err->text];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail_at(reader, path, true, text);
}

static void add_dotted(const struct mxc_path *path, struct mxc_buf *out)
{
    if (!path)
        return;
    add_dotted(path->up, out);
    if (!path->key)
        mxc_buf_format(out, "[%lu]", (unsigned long)path->index);
    else
        mxc_buf_format(out, "%s%s", path->up ? "." : "", path->key);
}

const char *mxc_read_dotted(struct mxc_reader *reader, const struct mxc_path *path)
{
    auto_buf text = { 0 };
    const char *copy;

    add_dotted(path, &text);
    copy = mxc_arena_copy(reader->arena, text.data ? text.data : "");
    return copy ? copy : "?";
}

json_t *mxc_read_member(const json_t *object, const char *key)
{
    json_t *member = json_object_get(object, key);

    return member && !json_is_null(member) ? member : NULL;
}

const char *mxc_read_kind(const json_t *json)
{
    static const char *const kinds[] = {
        [JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "a list",
        [JSON_STRING] = "a string",
        [JSON_INTEGER] = "an integer",
        [JSON_REAL] = "a number with a fraction or an exponent",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null",
    };

    return kinds[json_typeof(json)];
}
