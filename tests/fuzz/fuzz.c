/* SPDX-License-Identifier: MIT */
/* The shared part of the fuzz targets. */
#include "fuzz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void fuzz_failed(const char *file, int line, const char *property, const char *text)
{
    fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, property);
    if (text)
        fprintf(stderr, "it is about: %s\n", text);
    abort();
}

unsigned fuzz_byte(struct fuzz_input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->at++;
}

static char *take(struct fuzz_input *input, struct mxc_arena *arena, size_t length)
{
    char *text =
        mxc_arena_copy_n(arena, (const char *)input->at, strnlen((const char *)input->at, length));

    input->at += length;
    input->left -= length;
    return text;
}

char *fuzz_rest(struct fuzz_input *input, struct mxc_arena *arena)
{
    return input->left ? take(input, arena, input->left) : mxc_arena_copy(arena, "");
}

char *fuzz_text_until(struct fuzz_input *input, struct mxc_arena *arena, char end)
{
    const uint8_t *found = input->left ? memchr(input->at, end, input->left) : NULL;
    char *text;

    if (!found)
        return fuzz_rest(input, arena);
    text = take(input, arena, (size_t)(found - input->at));
    input->at++;
    input->left--;
    return text;
}

static bool has_controls(const char *text, bool newlines)
{
    size_t left = strlen(text), size;

    for (; left; text += size, left -= size) {
        unsigned char first = (unsigned char)text[0];

        size = mxc_utf8_size(text, left);
        if (size == 1 && (first < 0x20 || first == 0x7f) && !(newlines && first == '\n'))
            return true;
        if (size == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0)
            return true;
        if (!size && first >= 0x80 && first < 0xa0)
            return true;
        size = size ? size : 1;
    }
    return false;
}

bool fuzz_is_line(const char *text)
{
    return !has_controls(text, false);
}

bool fuzz_is_lines(const char *text)
{
    size_t length = strlen(text);

    return !has_controls(text, true) && (!length || text[length - 1] == '\n');
}

bool fuzz_is_json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    bool is_json = value != NULL;

    json_decref(value);
    return is_json;
}

void fuzz_check_error(const struct mxc_err *err)
{
    static const char *const names[] = {
#define NAME(name, wire, status) #name,
        MXC_CODES(NAME)
#undef NAME
    };

    FUZZ_CHECK(err->code > MXC_OK && (size_t)err->code < sizeof names / sizeof *names, NULL);
    FUZZ_CHECK(memchr(err->where, '\0', sizeof err->where), NULL);
    FUZZ_CHECK(memchr(err->text, '\0', sizeof err->text), NULL);
    FUZZ_CHECK(err->text[0], err->where);
    FUZZ_CHECK(fuzz_is_line(err->where), err->where);
    FUZZ_CHECK(fuzz_is_line(err->text), err->text);
}

void fuzz_check_refusal(const struct mxc_err *err)
{
    fuzz_check_error(err);
    FUZZ_CHECK(err->code == MXC_BAD_POLICY || err->code == MXC_POLICY_REFUSED ||
                   err->code == MXC_UNAVAILABLE, /* by the planner, of the host */
               err->text);
    FUZZ_CHECK(!err->where[0] || err->where[0] == '/', err->where);
}
