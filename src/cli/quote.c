/* SPDX-License-Identifier: MIT */
/* Words of a command line as text for /bin/sh, and times with a unit. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/source.h"

/* No shell gives these characters a meaning, wherever in a word they stand. "=" is not among them:
 * a first word A=b would be an assignment. */
static bool is_plain(const char *word)
{
    return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_@%+:,./-")];
}

/* As first word these would be grammar; in quotes they are names. */
static bool is_reserved(const char *word)
{
    static const char *const reserved[] = { "case",   "coproc", "do",   "done",     "elif", "else",
                                            "esac",   "fi",     "for",  "function", "if",   "in",
                                            "select", "then",   "time", "until",    "while" };

    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(reserved[i], word))
            return true;
    return false;
}

static void add_quoted(struct mxc_buf *out, const char *word)
{
    mxc_buf_add(out, "'");
    for (; *word; word++)
        if (*word == '\'')
            mxc_buf_add(out, "'\\''");
        else
            mxc_buf_add_n(out, word, 1);
    mxc_buf_add(out, "'");
}

const char *mxc_source_quote(struct mxc_arena *arena, const struct mxc_words *words)
{
    auto_buf line = { 0 };

    for (size_t i = 0; i < words->count; i++) {
        mxc_buf_add(&line, i ? " " : "");
        if (is_plain(words->items[i]) && (i || !is_reserved(words->items[i])))
            mxc_buf_add(&line, words->items[i]);
        else
            add_quoted(&line, words->items[i]);
    }
    return line.failed || !line.data ? NULL : mxc_arena_copy(arena, line.data);
}

static const struct {
    const char *name;
    uint64_t ms;
} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };

/* Adds up to nine digits at 'text' to '*value'; returns what follows, NULL when there are more. */
static const char *read_digits(const char *text, uint64_t *value)
{
    const char *at = text;

    while (isdigit((unsigned char)*at) && at - text < 10)
        *value = *value * 10 + (uint64_t)(*at++ - '0');
    return at - text > 9 || at == text ? NULL : at;
}

uint32_t mxc_source_duration(const char *text)
{
    uint64_t whole = 0, part = 0, scale = 1;
    const char *unit = read_digits(text, &whole);

    if (unit && *unit == '.') {
        const char *point = unit + 1;

        unit = read_digits(point, &part);
        for (; unit && point < unit; point++)
            scale *= 10;
    }
    for (size_t i = 0; unit && i < sizeof units / sizeof *units; i++) {
        uint64_t ms = whole * units[i].ms + part * units[i].ms / scale;

        if (!strcmp(unit, units[i].name))
            return ms <= UINT32_MAX ? (uint32_t)ms : 0;
    }
    return 0;
}
