/* SPDX-License-Identifier: MIT */
/* A small scanner over JSON text that somebody else has checked. It never reads past the end,
 * whatever the text is; on text that is not JSON its answers are only rough. */
#include "policy/locate.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "policy/text.h"

struct cursor {
    const char *text;
    size_t length;
    size_t at;
};

static char here(const struct cursor *cursor)
{
    return cursor->at < cursor->length ? cursor->text[cursor->at] : '\0';
}

static void skip_space(struct cursor *cursor)
{
    while (here(cursor) && strchr(" \t\r\n", here(cursor)))
        cursor->at++;
}

static void skip_string(struct cursor *cursor)
{
    for (cursor->at++; cursor->at < cursor->length; cursor->at++) {
        if (here(cursor) == '"') {
            cursor->at++;
            return;
        }
        if (here(cursor) == '\\')
            cursor->at++;
    }
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

/* Past a whole value; stops at the end of a text that is cut. */
static void skip_value(struct cursor *cursor)
{
    size_t depth = 0;

    skip_space(cursor);
    while (cursor->at < cursor->length) {
        char c = here(cursor);

        if (c == '"')
            skip_string(cursor);
        else if (!depth && is_one_of(c, ",]}"))
            return;
        else
            cursor->at++;
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        if (!depth && is_one_of(c, "\"]}"))
            return;
    }
}

/* One member or element of a container. */
struct child {
    struct cursor key; /* at the quote; for an element, same as 'value' */
    struct cursor value;
    size_t end; /* first byte after the value */
    size_t index;
};

/* Steps to the next child; 'cursor' stands after the bracket or after the child before. */
static bool next_child(struct cursor *cursor, bool object, struct child *out)
{
    skip_space(cursor);
    if (here(cursor) == ',')
        cursor->at++;
    skip_space(cursor);
    if (cursor->at >= cursor->length || strchr("]}", here(cursor)))
        return false;
    out->key = *cursor;
    if (object) {
        if (here(cursor) != '"')
            return false;
        skip_string(cursor);
        skip_space(cursor);
        if (here(cursor) == ':')
            cursor->at++;
        skip_space(cursor);
    }
    out->value = *cursor;
    skip_value(cursor);
    out->end = cursor->at;
    return out->end > out->key.at;
}

/* The text of a name with its escapes decoded, or NULL. */
static json_t *decode_key(const struct child *child)
{
    struct cursor end = child->key;

    skip_string(&end);
    if (end.at > end.length)
        return NULL;
    return json_loadb(child->key.text + child->key.at, end.at - child->key.at,
                      JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static bool is_child(const struct child *child, const struct mxc_path *path)
{
    json_t *key;
    bool same;

    if (!path->key)
        return child->index == path->index;
    key = decode_key(child);
    same = key && strcmp(json_string_value(key), path->key) == 0;
    json_decref(key);
    return same;
}

static bool enter(struct cursor *cursor, bool *object)
{
    skip_space(cursor);
    *object = here(cursor) == '{';
    if (!*object && here(cursor) != '[')
        return false;
    cursor->at++;
    return true;
}

/* Moves 'spot' from a container to the child that 'path' names; false when there is none. */
static bool descend(const char *text, size_t length, const struct mxc_path *path,
                    struct mxc_spot *spot)
{
    struct cursor cursor = { text, length, spot->value };
    struct child child = { 0 };
    bool object;

    if (!enter(&cursor, &object) || object != (path->key != NULL))
        return false;
    for (; next_child(&cursor, object, &child); child.index++)
        if (is_child(&child, path)) {
            *spot = (struct mxc_spot){ child.key.at, child.value.at };
            return true;
        }
    return false;
}

/* 'complete' becomes false at the first part that does not exist; the spot stays where it was. */
static struct mxc_spot locate(const char *text, size_t length, const struct mxc_path *path,
                              bool *complete)
{
    struct cursor start = { text, length, 0 };
    struct mxc_spot spot;

    if (path) {
        spot = locate(text, length, path->up, complete);
        *complete = *complete && descend(text, length, path, &spot);
        return spot;
    }
    skip_space(&start);
    return (struct mxc_spot){ start.at, start.at };
}

struct mxc_spot mxc_locate(const char *text, size_t length, const struct mxc_path *path)
{
    bool complete = true;
    struct mxc_spot spot = locate(text, length, path, &complete);

    if (!complete)
        spot.key = spot.value;
    return spot;
}

static void add_part(struct mxc_buf *out, const char *key, size_t length)
{
    size_t from = 0;

    mxc_buf_add(out, "/");
    for (size_t i = 0; i <= length; i++) {
        if (i < length && key[i] != '~' && key[i] != '/')
            continue;
        mxc_text_escape(out, key + from, i - from);
        if (i < length)
            mxc_buf_add(out, key[i] == '~' ? "~0" : "~1");
        from = i + 1;
    }
}

static void add_child(struct mxc_buf *out, const struct child *child, bool object)
{
    json_t *key = object ? decode_key(child) : NULL;

    if (key)
        add_part(out, json_string_value(key), json_string_length(key));
    else if (!object)
        mxc_buf_format(out, "/%lu", (unsigned long)child->index);
    json_decref(key);
}

size_t mxc_locate_around(const char *text, size_t length, size_t offset, struct mxc_buf *pointer)
{
    struct cursor cursor = { text, length, 0 };
    struct child child = { 0 };
    size_t start = 0;
    bool object;

    while (enter(&cursor, &object)) {
        bool found = false;

        child.index = 0;
        while (!found && next_child(&cursor, object, &child)) {
            found = offset >= child.key.at && offset < child.end;
            child.index += !found;
        }
        if (!found)
            break;
        add_child(pointer, &child, object);
        start = offset < child.value.at ? child.key.at : child.value.at;
        cursor = child.value;
    }
    return start;
}

void mxc_path_pointer(const struct mxc_path *path, struct mxc_buf *out)
{
    if (!path)
        return;
    mxc_path_pointer(path->up, out);
    if (path->key)
        add_part(out, path->key, strlen(path->key));
    else
        mxc_buf_format(out, "/%lu", (unsigned long)path->index);
}
