/* SPDX-License-Identifier: MIT */
/* A narrow URL grammar: what is refused here would be read differently by different clients. */
#include "policy/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cidr.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

static bool same_text(const char *a, size_t length, const char *lower)
{
    for (size_t i = 0; i < length; i++) {
        char c = a[i] >= 'A' && a[i] <= 'Z' ? (char)(a[i] - 'A' + 'a') : a[i];

        if (c != lower[i])
            return false;
    }
    return !lower[length];
}

bool mxc_host_name_valid(const char *text, size_t length)
{
    size_t label = 0, digits = 0;

    if (length && text[length - 1] == '.')
        length--;
    if (!length || length > 253)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.') {
            if (!label || text[i - 1] == '-')
                return false;
            label = digits = 0;
            continue;
        }
        if (!text[i] || !strchr(LETTERS DIGITS "-_", text[i]) || (!label && text[i] == '-') ||
            ++label > 63)
            return false;
        digits += strchr(DIGITS, text[i]) != NULL;
    }
    /* A last label of digits, or 0x and digits, is an address to some programs. */
    return label && text[length - 1] != '-' && digits < label &&
           !(label > 1 && text[length - label] == '0' && (text[length - label + 1] | 0x20) == 'x');
}

bool mxc_host_name_is_local(const char *name)
{
    static const char word[] = "localhost";
    size_t length = strlen(name), tail = sizeof word - 1;

    if (length && name[length - 1] == '.')
        length--;
    return length >= tail && !strncmp(name + length - tail, word, tail) &&
           (length == tail || name[length - tail - 1] == '.');
}

static bool valid_host(const char *text)
{
    struct mxc_cidr cidr;
    size_t size = strlen(text);
    char inner[64];

    if (text[0] != '[')
        return mxc_host_name_valid(text, size) || (!strchr(text, '/') && !strchr(text, ':') &&
                                                   mxc_cidr_parse(text, &cidr) == MXC_CIDR_OK);
    if (size < 3 || size >= sizeof inner || text[size - 1] != ']')
        return false;
    (void)snprintf(inner, sizeof inner, "%.*s", (int)(size - 2), text + 1);
    return !strchr(inner, '/') && mxc_cidr_parse(inner, &cidr) == MXC_CIDR_OK && cidr.family == 6;
}

static enum mxc_url_fault read_port(const char *text, size_t length, struct mxc_url *out)
{
    unsigned standard = same_text(out->scheme, strlen(out->scheme), "https") ? 443 : 80;

    if (!length)
        return MXC_URL_NO_PORT;
    if (strspn(text, DIGITS) < length)
        return MXC_URL_BAD_PORT;
    while (length > 1 && *text == '0') {
        text++;
        length--;
    }
    out->port = length <= 5 ? (unsigned)strtoul(text, NULL, 10) : 0;
    if (out->port < 1 || out->port > 65535)
        return MXC_URL_BAD_PORT;
    return out->port == standard ? MXC_URL_NO_PORT : MXC_URL_OK;
}

/* 'authority' is what stands between the slashes and the path. */
static enum mxc_url_fault read_authority(const char *authority, size_t length, struct mxc_url *out)
{
    size_t host = length, after;

    if (memchr(authority, '@', length))
        return MXC_URL_CREDENTIALS;
    for (size_t i = 0; i < length; i++)
        if (authority[i] == ':' && (authority[0] != '[' || memchr(authority, ']', i))) {
            host = i;
            break;
        }
    if (!host)
        return MXC_URL_RELATIVE;
    if (host >= sizeof out->host)
        return MXC_URL_HOST;
    memcpy(out->host, authority, host);
    out->host[host] = '\0';
    if (!valid_host(out->host))
        return MXC_URL_HOST;
    after = host < length ? host + 1 : length;
    return read_port(authority + after, length - after, out);
}

static bool strange(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~' || strchr("\"'<>\\^`{|}", *text))
            return true;
    return false;
}

enum mxc_url_fault mxc_url_parse(const char *text, struct mxc_url *out)
{
    size_t scheme = strspn(text, LETTERS DIGITS "+-.");

    *out = (struct mxc_url){ 0 };
    if (strange(text))
        return MXC_URL_CHARACTERS;
    if (!scheme || !strchr(LETTERS, text[0]) || text[scheme] != ':')
        return MXC_URL_RELATIVE;
    (void)snprintf(out->scheme, sizeof out->scheme, "%.*s", (int)(scheme < 15 ? scheme : 15), text);
    if (!same_text(text, scheme, "http") && !same_text(text, scheme, "https"))
        return MXC_URL_SCHEME;
    text += scheme + 1;
    if (strncmp(text, "//", 2) != 0)
        return MXC_URL_RELATIVE;
    text += 2;
    return read_authority(text, strcspn(text, "/?#"), out);
}

void mxc_url_mask(const char *text, char *out, size_t size)
{
    const char *slashes = strstr(text, "//");
    const char *start = slashes ? slashes + 2 : text;
    const char *query = start + strcspn(start, "?#"), *at = strrchr(start, '@');
    int prefix = (int)(start - text);

    if (at && at > query) /* what is before it may be a password with a '?' in it */
        (void)snprintf(out, size, "%.*s***", prefix, text);
    else if (at)
        (void)snprintf(out, size, "%.*s***%.*s", prefix, text, (int)strcspn(at, "/?#"), at);
    else
        (void)snprintf(out, size, "%.*s%s", (int)(query - text), text, *query ? "***" : "");
}
