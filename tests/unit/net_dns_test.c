/* SPDX-License-Identifier: MIT */
/* Parts of the resolver: names, questions and answers of the guest, streams, the cache, the host's resolv.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_bytes.h"
#include "net/dns_cache.h"
#include "net/dns_message.h"
#include "net/dns_stream.h"
#include "net/resolv_conf.h"

static const char long_label[] = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0";

/* ---- names */

static void test_plain_names(void **state)
{
    static const char *const plain[] = { "a",   "example.org", "EXAMPLE.org", "x--y.org",
                                         "1.2", "_a._b.org",   "a_.org" };
    static const char *const odd[] = { "",       ".",   "a.",    ".a",    "a..b",        "-a.org",
                                       "a-.org", "a b", "a.o_g", "*.org", "\xc3\xa4.org" };
    char text[300];

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_true(mxc_dns_name_plain(plain[i]));
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_false(mxc_dns_name_plain(odd[i]));
    assert_int_equal(strlen(long_label), 63);
    snprintf(text, sizeof text, "%s.%s.%s.%.61s", long_label, long_label, long_label, long_label);
    assert_int_equal(strlen(text), 253);
    assert_true(mxc_dns_name_plain(text));
    snprintf(text, sizeof text, "%s.%s.%s.%.62s", long_label, long_label, long_label, long_label);
    assert_false(mxc_dns_name_plain(text));
    snprintf(text, sizeof text, "a%s", long_label);
    assert_false(mxc_dns_name_plain(text));
}

/* Bytes after a header, without an end of their own. */
static enum mxc_dns_name_kind read_name(const char *bytes, size_t size, size_t start, char *out)
{
    uint8_t *message = calloc(1, 12 + size);
    size_t at = 12 + start;
    enum mxc_dns_name_kind kind;

    assert_non_null(message);
    memcpy(message + 12, bytes, size);
    strcpy(out, "unchanged");
    kind = mxc_dns_name_read(message, 12 + size, &at, out);
    if (kind == MXC_DNS_NAME_BAD) {
        assert_int_equal(at, 12 + start);
        assert_string_equal(out, "unchanged");
    }
    free(message);
    return kind;
}

static void test_read_names(void **state)
{
    char out[MXC_DNS_NAME];

    (void)state;
#define READ(bytes, start) read_name(bytes, sizeof bytes - 1, start, out)
    assert_int_equal(READ("\1a\2bC\0", 0), MXC_DNS_NAME_PLAIN);
    assert_string_equal(out, "a.bC");
    assert_int_equal(READ("\1a\2bc\0\1x\xc0\x0e", 6), MXC_DNS_NAME_PLAIN);
    assert_string_equal(out, "x.bc");
    assert_int_equal(READ("\0", 0), MXC_DNS_NAME_ODD);
    assert_string_equal(out, ".");
    assert_int_equal(READ("\3a.b\1c\0", 0), MXC_DNS_NAME_ODD);
    assert_string_equal(out, "a?b.c");
    assert_int_equal(READ("\3a\0b\1c\0", 0), MXC_DNS_NAME_ODD);
    assert_string_equal(out, "a?b.c");
    assert_int_equal(READ("\2\x1b[\1c\0", 0), MXC_DNS_NAME_ODD);
    assert_string_equal(out, "?[.c");
    assert_int_equal(READ("", 0), MXC_DNS_NAME_BAD);
    assert_int_equal(READ("\1a", 0), MXC_DNS_NAME_BAD);
    assert_int_equal(READ("\2a", 0), MXC_DNS_NAME_BAD);
    assert_int_equal(READ("\1a\xc0", 0), MXC_DNS_NAME_BAD);
    assert_int_equal(READ("\1a\xc0\x0c", 0), MXC_DNS_NAME_BAD);      /* to itself */
    assert_int_equal(READ("\xc0\x0e\xc0\x0c", 0), MXC_DNS_NAME_BAD); /* forwards */
    assert_int_equal(READ("\1a\xc0\x0e", 2), MXC_DNS_NAME_BAD);      /* to the pointer */
    assert_int_equal(READ("\1a\0\xc0\x02", 3), MXC_DNS_NAME_BAD);    /* into the header */
    assert_int_equal(READ("\x41"
                          "a\0",
                          0),
                     MXC_DNS_NAME_BAD); /* kinds of labels that */
    assert_int_equal(READ("\x81"
                          "a\0",
                          0),
                     MXC_DNS_NAME_BAD); /* nobody uses */
#undef READ
}

/* The longest that a message can hold, and one more. */
static void test_long_names(void **state)
{
    struct dns_bytes message;
    char text[300], out[MXC_DNS_NAME];
    size_t at = 12;

    (void)state;
    snprintf(text, sizeof text, "%s.%s.%s.%.61s", long_label, long_label, long_label, long_label);
    dns_begin(&message, 0, 0);
    dns_put_name(&message, text);
    assert_int_equal(message.size, 12 + MXC_DNS_WIRE);
    assert_int_equal(mxc_dns_name_read(message.bytes, message.size, &at, out), MXC_DNS_NAME_PLAIN);
    assert_string_equal(out, text);
    assert_int_equal(at, message.size);
    snprintf(text, sizeof text, "%s.%s.%s.%.62s", long_label, long_label, long_label, long_label);
    dns_begin(&message, 0, 0);
    dns_put_name(&message, text);
    at = 12;
    assert_int_equal(mxc_dns_name_read(message.bytes, message.size, &at, out), MXC_DNS_NAME_BAD);
}

/* ---- questions of the guest */

static int read_query(const struct dns_bytes *message, size_t size, struct mxc_dns_query *out)
{
    uint8_t *copy = malloc(size ? size : 1);
    int code;

    assert_non_null(copy);
    memcpy(copy, message->bytes, size);
    code = mxc_dns_query_read(copy, size, out);
    free(copy);
    return code;
}

static void test_queries(void **state)
{
    struct mxc_dns_query query;
    struct dns_bytes message;

    (void)state;
    dns_begin(&message, 0x1234, DNS_RD);
    dns_ask(&message, "Example.org", DNS_AAAA);
    assert_int_equal(read_query(&message, message.size, &query), MXC_DNS_NOERROR);
    assert_int_equal(query.id, 0x1234);
    assert_int_equal(query.type, DNS_AAAA);
    assert_true(query.recursion && !query.edns && query.kind == MXC_DNS_NAME_PLAIN);
    assert_string_equal(query.name, "Example.org");
    dns_edns(&message, 4096, 0);
    assert_int_equal(read_query(&message, message.size, &query), MXC_DNS_NOERROR);
    assert_true(query.edns && query.datagram == 4096);
    for (size_t size = 0; size < message.size; size++)
        assert_int_equal(read_query(&message, size, &query), size < 12 ? -1 : MXC_DNS_FORMERR);
    dns_put(&message, 1, 0);
    assert_int_equal(read_query(&message, message.size, &query), MXC_DNS_FORMERR);
}

static void test_bad_queries(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        int code;
    } rows[] = {
        { 2, 0x80, -1 },              /* an answer */
        { 2, 0x10, MXC_DNS_NOTIMP },  /* status */
        { 2, 0x28, MXC_DNS_NOTIMP },  /* update */
        { 2, 0x02, MXC_DNS_FORMERR }, /* cut */
        { 5, 0, MXC_DNS_FORMERR },    /* questions */
        { 5, 2, MXC_DNS_FORMERR },
        { 4, 1, MXC_DNS_FORMERR },
        { 7, 1, MXC_DNS_FORMERR },
        { 9, 1, MXC_DNS_FORMERR },
        { 11, 0, MXC_DNS_FORMERR },
        { 11, 2, MXC_DNS_FORMERR },
        { 11, 9, MXC_DNS_FORMERR },
        { 10, 1, MXC_DNS_FORMERR },
        { 12, 0xc0, MXC_DNS_FORMERR }, /* a pointer */
        { 29, 1, MXC_DNS_FORMERR },    /* EDNS below a name */
        { 35, 1, MXC_DNS_BADVERS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_dns_query query;
        struct dns_bytes message;

        dns_begin(&message, 1, 0);
        dns_ask(&message, "example.org", DNS_A);
        assert_int_equal(message.size, 29);
        dns_edns(&message, 1232, 0);
        message.bytes[rows[i].at] = rows[i].value;
        assert_int_equal(read_query(&message, message.size, &query), rows[i].code);
    }
}

static void test_two_edns(void **state)
{
    struct mxc_dns_query query;
    struct dns_bytes message;

    (void)state;
    dns_begin(&message, 1, 0);
    dns_ask(&message, "example.org", DNS_A);
    dns_edns(&message, 100, 0);
    assert_int_equal(read_query(&message, message.size, &query), MXC_DNS_NOERROR);
    assert_int_equal(query.datagram, MXC_DNS_CLASSIC);
    dns_edns(&message, 100, 0);
    assert_int_equal(read_query(&message, message.size, &query), MXC_DNS_FORMERR);
}

/* ---- what the guest is told */

static void make_result(struct mxc_dns_result *out, unsigned addresses, unsigned links)
{
    *out = (struct mxc_dns_result){ .address_count = (uint8_t)addresses,
                                    .chain_count = (uint8_t)links };
    for (unsigned i = 0; i < addresses; i++) {
        out->addresses[i].family = 6;
        out->addresses[i].bytes[0] = 0x20;
        out->addresses[i].bytes[15] = (uint8_t)i;
    }
    for (unsigned i = 0; i < links; i++)
        out->chain_size =
            (uint16_t)(out->chain_size +
                       snprintf(out->chain + out->chain_size, 64, "%.40s%02u.org", long_label, i) +
                       1);
}

static void test_reply(void **state)
{
    struct mxc_dns_result result;
    const struct mxc_dns_reply reply = { 0, MXC_DNS_EDE_NONE, NULL, &result, 77 };
    struct mxc_dns_query query;
    struct dns_bytes message;
    uint8_t bytes[MXC_DNS_ROOM];
    struct dns_seen seen;

    (void)state;
    dns_begin(&message, 5, DNS_RD | 0x10);
    dns_ask(&message, "Example.org", DNS_AAAA);
    assert_int_equal(read_query(&message, message.size, &query), 0);
    make_result(&result, 16, 16);
    assert_null(dns_look(bytes, mxc_dns_reply_write(&query, &reply, MXC_DNS_ROOM, bytes), &seen));
    assert_int_equal(seen.flags, 0x8190);
    assert_int_equal(seen.id, 5);
    assert_string_equal(seen.name, "Example.org");
    assert_int_equal(seen.chain_count, 16);
    assert_int_equal(seen.address_count, 16);
    assert_int_equal(seen.ttl, 77);
    assert_false(seen.edns);
    make_result(&result, 16, 0);
    for (size_t limit = MXC_DNS_CLASSIC; limit < 600; limit++) {
        size_t size = mxc_dns_reply_write(&query, &reply, limit, bytes);

        assert_true(size <= limit && size + 28 > (limit < 477 ? limit : 477));
        assert_null(dns_look(bytes, size, &seen));
        assert_int_equal(!!(seen.flags & DNS_TC), seen.address_count < 16);
    }
}

static void test_cut_reply(void **state)
{
    struct mxc_dns_result result;
    const struct mxc_dns_reply reply = { 5, MXC_DNS_EDE_BLOCKED, "because", &result, 77 };
    struct mxc_dns_query query;
    struct dns_bytes message;
    uint8_t bytes[MXC_DNS_ROOM];
    struct dns_seen seen;

    (void)state;
    dns_begin(&message, 5, 0);
    dns_ask(&message, "example.org", DNS_AAAA);
    dns_edns(&message, 512, 0);
    assert_int_equal(read_query(&message, message.size, &query), 0);
    make_result(&result, 16, 5);
    assert_in_range(mxc_dns_reply_write(&query, &reply, 512, bytes), 440, 512);
    assert_null(dns_look(bytes, mxc_dns_reply_write(&query, &reply, 512, bytes), &seen));
    assert_true(seen.flags & DNS_TC && seen.address_count < 16 && seen.chain_count == 5);
    assert_int_equal(seen.code, 5);
    assert_int_equal(seen.extended, 15);
    assert_string_equal(seen.text, "because");
}

/* ---- streams */

static void test_stream(void **state)
{
    static const uint8_t bytes[] = "\0\3abc\0\0\0\2de\0\5fgh";
    static const char *const want[] = { "abc", "", "de" };

    (void)state;
    for (size_t step = 1; step < sizeof bytes; step++) {
        uint8_t room[MXC_DNS_FRAME + 5];
        struct mxc_dns_stream stream = { room, sizeof room, 0 };
        size_t found = 0;

        for (size_t at = 0; at < sizeof bytes - 1;) {
            size_t count = sizeof bytes - 1 - at < step ? sizeof bytes - 1 - at : step, taken, size;
            int got = mxc_dns_stream_take(&stream, bytes + at, count, &taken, &size);

            assert_true(got >= 0 && taken <= count && (got || taken == count));
            at += taken;
            if (!got)
                continue;
            assert_true(found < 3);
            assert_int_equal(size, strlen(want[found]));
            assert_memory_equal(room + MXC_DNS_FRAME, want[found], size);
            found++;
        }
        assert_int_equal(found, 3);
        assert_int_equal(stream.used, 5);
    }
}

static void test_long_stream(void **state)
{
    uint8_t room[MXC_DNS_FRAME + 5];
    struct mxc_dns_stream stream = { room, sizeof room, 0 };
    size_t taken, size;

    (void)state;
    assert_int_equal(mxc_dns_stream_take(&stream, (const uint8_t *)"\0\6", 2, &taken, &size), -1);
    mxc_dns_stream_head(0x1234, room);
    assert_memory_equal(room, "\x12\x34", 2);
}

/* ---- the cache */

static void test_cache(void **state)
{
    struct mxc_dns_cache *cache = mxc_dns_cache_new(3);
    struct mxc_dns_result result = { .ttl_s = 10 };
    uint64_t left;

    (void)state;
    assert_non_null(cache);
#define KEY(name, type)       (&(struct mxc_dns_key){ name, type })
#define FIND(name, type, now) mxc_dns_cache_find(cache, KEY(name, type), now, &left)
    assert_null(FIND("a", 1, 0));
    mxc_dns_cache_put(cache, KEY("a", 1), &result, 1000);
    assert_non_null(FIND("a", 1, 10999));
    assert_int_equal(left, 1);
    assert_null(FIND("a", 1, 11000));
    assert_null(FIND("a", 28, 1000));
    assert_null(FIND("b", 1, 1000));
    mxc_dns_cache_put(cache, KEY("b", 1), &result, 1000);
    mxc_dns_cache_put(cache, KEY("c", 1), &result, 1000);
    assert_non_null(FIND("a", 1, 1000));
    result.code = 3;
    mxc_dns_cache_put(cache, KEY("d", 1), &result, 1000);
    assert_null(FIND("b", 1, 1000)); /* not used for longest */
    assert_non_null(FIND("a", 1, 1000));
    assert_non_null(FIND("c", 1, 1000));
    assert_int_equal(FIND("d", 1, 1000)->code, 3);
    mxc_dns_cache_put(cache, KEY("a", 1), &result, 2000); /* in its own place */
    assert_int_equal(FIND("a", 1, 2000)->code, 3);
    assert_int_equal(left, 10000);
    assert_non_null(FIND("c", 1, 2000));
    assert_non_null(FIND("d", 1, 2000));
    mxc_dns_cache_free(cache);
    mxc_dns_cache_free(NULL);
}

/* ---- resolv.conf */

static void read_conf(const char *text, struct mxc_resolv_conf *out)
{
    char *copy = malloc(strlen(text) + 1);

    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    mxc_resolv_conf_read(copy, strlen(text), out);
    free(copy);
}

static void check_server(const struct mxc_resolv_conf *conf, size_t i, const char *want,
                         const char *scope)
{
    char text[MXC_ADDRESS_TEXT];

    assert_true(i < conf->count);
    assert_string_equal(mxc_address_text(&conf->servers[i].address, text), want);
    assert_string_equal(conf->servers[i].scope, scope);
}

static void test_conf(void **state)
{
    struct mxc_resolv_conf conf;

    (void)state;
    read_conf("# a comment\nsearch a b\n\tnameserver\t192.0.2.1 # more\r\n;nameserver 192.0.2.9\n"
              "nameserver nonsense\nnameserver\nnameserver 192.0.2.1/24\nnameserver 2001:db8::1\n"
              "options ndots:2 timeout:3 attempts:4 rotate\nnameserver fe80::1%eth0\nnameserver "
              "192.0.2.8",
              &conf);
    assert_int_equal(conf.count, 3);
    check_server(&conf, 0, "192.0.2.1", "");
    check_server(&conf, 1, "2001:db8::1", "");
    check_server(&conf, 2, "fe80::1", "eth0");
    assert_int_equal(conf.timeout_s, 3);
    assert_int_equal(conf.attempts, 4);
}

static void test_poor_conf(void **state)
{
    struct mxc_resolv_conf conf;
    char text[20000];

    (void)state;
    read_conf("", &conf);
    assert_int_equal(conf.count, 1);
    check_server(&conf, 0, "127.0.0.1", "");
    assert_int_equal(conf.timeout_s, 5);
    assert_int_equal(conf.attempts, 2);
    read_conf("options timeout:0 attempts:99999999999999999999\nnameserver fe80::1%\n"
              "nameserver fe80::1%averyverylongscope\nnameserver 192.0.2.5",
              &conf);
    assert_int_equal(conf.timeout_s, 1);
    assert_int_equal(conf.attempts, 5);
    assert_int_equal(conf.count, 1);
    check_server(&conf, 0, "192.0.2.5", "");
    read_conf("options timeout: attempts:-1 timeout:2x\nnameserver 192.0.2.5\n", &conf);
    assert_int_equal(conf.timeout_s, 5);
    assert_int_equal(conf.attempts, 2);
    memset(text, 'x', sizeof text);
    memcpy(text, "nameserver ", 11);
    text[sizeof text - 1] = '\0';
    read_conf(text, &conf);
    check_server(&conf, 0, "127.0.0.1", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_names), cmocka_unit_test(test_read_names),
        cmocka_unit_test(test_long_names),  cmocka_unit_test(test_queries),
        cmocka_unit_test(test_bad_queries), cmocka_unit_test(test_two_edns),
        cmocka_unit_test(test_reply),       cmocka_unit_test(test_cut_reply),
        cmocka_unit_test(test_stream),      cmocka_unit_test(test_long_stream),
        cmocka_unit_test(test_cache),       cmocka_unit_test(test_conf),
        cmocka_unit_test(test_poor_conf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
