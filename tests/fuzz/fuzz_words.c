/* SPDX-License-Identifier: MIT */
/* The small grammars: addresses, host names, proxy URLs, versions, times, descriptor numbers. The first byte
 * chooses one; what can be read in another way is compared with that. */
#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/source.h"
#include "fuzz.h"
#include "policy/cidr.h"
#include "policy/schema.h"
#include "policy/suggest.h"
#include "policy/url.h"

/* The C library's opinion on the part before the slash; false: no address. */
static bool other_address(const char *text, struct mxc_cidr *out)
{
    char address[64];
    size_t length = strcspn(text, "/");

    *out = (struct mxc_cidr){ 0 };
    if (length >= sizeof address)
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    if (inet_pton(AF_INET, address, out->address) == 1)
        out->family = 4;
    else if (inet_pton(AF_INET6, address, out->address) == 1)
        out->family = 6;
    return out->family != 0;
}

static bool same_bit(const uint8_t *a, const uint8_t *b, unsigned index)
{
    return !((a[index / 8] ^ b[index / 8]) & (0x80 >> index % 8));
}

static bool is_within(const struct mxc_cidr *inner, const struct mxc_cidr *outer)
{
    bool within = inner->family == outer->family && inner->bits >= outer->bits;

    for (unsigned i = 0; within && i < outer->bits; i++)
        within = same_bit(inner->address, outer->address, i);
    return within;
}

static void check_network(const char *text)
{
    static const uint8_t zero[16];
    struct mxc_cidr cidr, other;
    enum mxc_cidr_fault fault = mxc_cidr_parse(text, &cidr);
    bool known = other_address(text, &other);
    unsigned width = other.family == 4 ? 32 : 128;

    FUZZ_CHECK((fault != MXC_CIDR_NO_ADDRESS) == known, text);
    if (fault != MXC_CIDR_OK)
        return;
    FUZZ_CHECK(cidr.family == other.family && !memcmp(cidr.address, other.address, 16), text);
    FUZZ_CHECK(cidr.bits <= width, text);
    for (unsigned i = cidr.bits; i < width; i++)
        FUZZ_CHECK(same_bit(cidr.address, zero, i), text);
    FUZZ_CHECK(!strchr(text, '/') || (unsigned)atoi(strchr(text, '/') + 1) == cidr.bits, text);
}

static void check_networks(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *first = fuzz_text_until(input, arena, ' ');
    const char *second = fuzz_rest(input, arena);
    struct mxc_cidr a, b;

    check_network(first);
    check_network(second);
    if (mxc_cidr_parse(first, &a) != MXC_CIDR_OK || mxc_cidr_parse(second, &b) != MXC_CIDR_OK)
        return;
    FUZZ_CHECK(mxc_cidr_within(&a, &b) == is_within(&a, &b), first);
    FUZZ_CHECK(mxc_cidr_within(&a, &a), first);
}

/* A plain password between "//" and the last "@" may not be seen. */
static void check_password(const char *text, const char *masked)
{
    const char *start = strstr(text, "//"), *at = strrchr(text, '@');
    const char *colon = start && at && at > start ? memchr(start, ':', (size_t)(at - start)) : NULL;
    char password[64];
    size_t length = colon ? (size_t)(at - colon) - 1 : 0;

    if (length < 4 || length >= sizeof password)
        return;
    memcpy(password, colon + 1, length);
    password[length] = '\0';
    if (!strpbrk(password, "*/:@") && strstr(text, password) == colon + 1 && !strstr(at, password))
        FUZZ_CHECK(!strstr(masked, password), text);
}

static void check_url(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    struct mxc_url url;
    char masked[64];

    mxc_url_mask(text, masked, sizeof masked);
    FUZZ_CHECK(memchr(masked, '\0', sizeof masked), NULL);
    check_password(text, masked);
    if (mxc_url_parse(text, &url) != MXC_URL_OK)
        return;
    FUZZ_CHECK(!strncasecmp(text, url.scheme, strlen(url.scheme)), text);
    FUZZ_CHECK(!strcasecmp(url.scheme, "http") || !strcasecmp(url.scheme, "https"), text);
    FUZZ_CHECK(url.port >= 1 && url.port <= 65535 && url.host[0], text);
    FUZZ_CHECK(!strncmp(text + strlen(url.scheme), "://", 3), text);
    FUZZ_CHECK(!strncmp(text + strlen(url.scheme) + 3, url.host, strlen(url.host)), text);
    FUZZ_CHECK(text[strlen(url.scheme) + 3 + strlen(url.host)] == ':', text);
    FUZZ_CHECK(fuzz_is_line(text) && !strpbrk(text, " \\\"'"), text);
}

static void check_host(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    struct in_addr address;

    if (!mxc_host_name_valid(text, strlen(text)))
        return;
    FUZZ_CHECK(!inet_aton(text, &address), text); /* what some program takes for an address */
    FUZZ_CHECK(
        !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")],
        text);
    FUZZ_CHECK(text[0] != '.' && !strstr(text, "..") && strlen(text) <= 254, text);
}

static void check_version(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    enum mxc_version version, again;
    struct mxc_err err;

    if (mxc_version_parse(text, &version, &err) < 0) {
        fuzz_check_refusal(&err);
        return;
    }
    FUZZ_CHECK(version && (version & MXC_V_ALL) == version && !(version & (version - 1)), text);
    FUZZ_CHECK(mxc_version_parse(mxc_version_name(version), &again, NULL) == 0 && again == version,
               text);
}

static long double unit_of(const char *text)
{
    return !strcmp(text, "ms") ? 1 : !strcmp(text, "s") ? 1e3 : !strcmp(text, "m") ? 6e4 : 36e5;
}

/* Digits, perhaps a point and digits, at most nine of each, and a unit. */
static bool looks_like_time(const char *text)
{
    const char *digits = "0123456789";
    size_t whole = strspn(text, digits), part = 0;

    if (text[whole] == '.')
        part = strspn(text + whole + 1, digits);
    if (!whole || whole > 9 || part > 9 || (text[whole] == '.' && !part))
        return false;
    text += whole + (part ? part + 1 : 0);
    return !strcmp(text, "ms") || !strcmp(text, "s") || !strcmp(text, "m") || !strcmp(text, "h");
}

static void check_time(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    uint32_t ms = mxc_source_duration(text);
    long double value;

    FUZZ_CHECK(!ms || looks_like_time(text), text);
    if (!looks_like_time(text))
        return;
    value = strtold(text, NULL) * unit_of(text + strspn(text, "0123456789."));
    if (ms)
        FUZZ_CHECK(fabsl(value - ms) < 1.5, text);
    else
        FUZZ_CHECK(value < 1.5 || value > (long double)UINT32_MAX - 2, text);
}

static void check_descriptor(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    struct mxc_err err;
    int fd = -7;

    if (mxc_report_open("--result-fd", text, &fd, &err) < 0) {
        FUZZ_CHECK(fd == -7 && err.code == MXC_USAGE, text);
        fuzz_check_error(&err);
        return;
    }
    FUZZ_CHECK(fd > 2 && fd == atoi(text) && !text[strspn(text, "0123456789")], text);
}

/* The same name is the best, and what is kept was offered. */
static void check_suggestion(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *written = fuzz_text_until(input, arena, ' ');
    const char *known = fuzz_rest(input, arena);
    struct mxc_suggest suggest = { 0 };

    mxc_suggest_offer(&suggest, written, known);
    FUZZ_CHECK(!suggest.best || suggest.best == known, written);
    mxc_suggest_offer(&suggest, written, written);
    FUZZ_CHECK(!*written || strlen(written) > 40 || suggest.distance == 0, written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(struct fuzz_input *, struct mxc_arena *) = {
        check_networks, check_url,        check_host,       check_version,
        check_time,     check_descriptor, check_suggestion,
    };
    struct fuzz_input input = { data, size };
    struct mxc_arena arena = { 0 };

    checks[fuzz_byte(&input) % (sizeof checks / sizeof *checks)](&input, &arena);
    mxc_arena_done(&arena);
    return 0;
}
