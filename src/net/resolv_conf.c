/* SPDX-License-Identifier: MIT */
/* Which servers the host asks, by the text of its /etc/resolv.conf. */
#include "net/resolv_conf.h"

#include <string.h>

#define WORD_MAX 64
#define BLANKS   " \t\r"

enum { TIMEOUT_DEFAULT = 5, TIMEOUT_MOST = 5, ATTEMPTS_DEFAULT = 2, ATTEMPTS_MOST = 5 };

/* The rest of a line. */
struct line {
    const char *at, *end;
};

/* The next word, cut to its room; false at the end of the line. */
static bool next_word(struct line *line, char out[WORD_MAX])
{
    size_t used = 0;

    while (line->at < line->end && strchr(BLANKS, *line->at))
        line->at++;
    for (; line->at < line->end && !strchr(BLANKS, *line->at); line->at++)
        if (used < WORD_MAX - 1)
            out[used++] = *line->at;
    out[used] = '\0';
    return used;
}

static void add_server(struct mxc_resolv_conf *conf, char *word)
{
    struct mxc_resolv_server server = { .scope = "" };
    char *scope = strchr(word, '%');

    if (scope) {
        *scope++ = '\0';
        if (!*scope || strlen(scope) >= sizeof server.scope)
            return;
        memcpy(server.scope, scope, strlen(scope) + 1);
    }
    if (conf->count < MXC_RESOLV_SERVERS && mxc_address_parse(word, &server.address))
        conf->servers[conf->count++] = server;
}

/* "name:number", within 1 to 'most'. */
static void read_option(const char *word, const char *name, unsigned most, unsigned *out)
{
    size_t length = strlen(name);
    unsigned value = 0;

    if (strlen(word) <= length || memcmp(word, name, length) != 0)
        return;
    for (const char *digit = word + length; *digit; digit++) {
        if (*digit < '0' || *digit > '9')
            return;
        if (value <= most)
            value = value * 10 + (unsigned)(*digit - '0');
    }
    *out = value < 1 ? 1 : value > most ? most : value;
}

static void read_line(struct line line, struct mxc_resolv_conf *out)
{
    char word[WORD_MAX] = "";

    if (!next_word(&line, word))
        return;
    if (strcmp(word, "nameserver") == 0 && next_word(&line, word))
        add_server(out, word);
    else if (strcmp(word, "options") == 0)
        while (next_word(&line, word)) {
            read_option(word, "timeout:", TIMEOUT_MOST, &out->timeout_s);
            read_option(word, "attempts:", ATTEMPTS_MOST, &out->attempts);
        }
}

void mxc_resolv_conf_read(const char *text, size_t size, struct mxc_resolv_conf *out)
{
    static const uint8_t local[] = { 127, 0, 0, 1 };
    const char *end = text + size;

    memset(out, 0, sizeof *out);
    out->timeout_s = TIMEOUT_DEFAULT;
    out->attempts = ATTEMPTS_DEFAULT;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));

        stop = stop ? stop : end;
        read_line((struct line){ text, stop }, out);
        text = stop + (stop < end);
    }
    if (!out->count)
        out->servers[out->count++].address = mxc_address_v4(local);
}
