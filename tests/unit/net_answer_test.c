/* SPDX-License-Identifier: MIT */
/* Answers of servers: which are believed, and what of them is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_bytes.h"
#include "net/dns_message.h"

static const char long_label[] = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0";

/* ---- what we ask, and answers to it */

static size_t make_question(const char *name, unsigned type, uint8_t out[MXC_DNS_QUERY_ROOM])
{
    struct mxc_dns_question question = { .id = 0xabcd, .type = (uint16_t)type, .edns = true };

    snprintf(question.name, sizeof question.name, "%s", name);
    return mxc_dns_query_write(&question, out);
}

static void test_question(void **state)
{
    uint8_t bytes[MXC_DNS_QUERY_ROOM];
    struct dns_bytes want;
    size_t size = make_question("eXample.org", DNS_A, bytes);

    (void)state;
    dns_begin(&want, 0xabcd, DNS_RD);
    dns_ask(&want, "eXample.org", DNS_A);
    dns_edns(&want, 1232, 0);
    assert_int_equal(size, want.size);
    assert_memory_equal(bytes, want.bytes, size);
}

static enum mxc_dns_verdict read_answer(const struct dns_bytes *message, bool exact,
                                        struct mxc_dns_result *out)
{
    uint8_t bytes[MXC_DNS_QUERY_ROOM], *copy = malloc(message->size ? message->size : 1);
    const struct mxc_dns_asked asked = { bytes, make_question("eXample.org", DNS_A, bytes), exact };
    enum mxc_dns_verdict verdict;

    assert_non_null(copy);
    memcpy(copy, message->bytes, message->size);
    memset(out, 0xaa, sizeof *out);
    verdict = mxc_dns_answer_read(copy, message->size, &asked, out);
    free(copy);
    return verdict;
}

static void begin_answer(struct dns_bytes *out, unsigned flags)
{
    dns_begin(out, 0xabcd, DNS_ANSWER | flags);
    dns_ask(out, "eXample.org", DNS_A);
}

static void test_stray_answers(void **state)
{
    struct mxc_dns_result result;
    struct dns_bytes message;

    (void)state;
#define VERDICT(want, exact, change)                                                               \
    do {                                                                                           \
        begin_answer(&message, 0);                                                                 \
        change;                                                                                    \
        assert_int_equal(read_answer(&message, exact, &result), want);                             \
    } while (0)
    VERDICT(MXC_DNS_ANSWERED, true, dns_address(&message, "example.org", 60, "192.0.2.1"));
    VERDICT(MXC_DNS_STRAY, true, message.bytes[1] ^= 1);
    VERDICT(MXC_DNS_STRAY, false, message.bytes[1] ^= 1);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[2] ^= 0x80);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[2] ^= 0x08);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[5] = 0);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[5] = 2);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[13] = 'a');
    VERDICT(MXC_DNS_STRAY, true, message.bytes[26] = 28);
    VERDICT(MXC_DNS_STRAY, true, message.bytes[28] = 3);
    VERDICT(MXC_DNS_STRAY, true, message.size = 28);
    VERDICT(MXC_DNS_STRAY, true, message.size = 11);
    VERDICT(MXC_DNS_RECASED, true, message.bytes[14] = 'x');
    VERDICT(MXC_DNS_ANSWERED, false, message.bytes[14] = 'x');
    VERDICT(MXC_DNS_CUT, true, message.bytes[2] |= 2);
    VERDICT(MXC_DNS_FAILED, true, message.bytes[3] |= 2);
    VERDICT(MXC_DNS_FAILED, true, message.bytes[3] |= 5);
    VERDICT(MXC_DNS_NO_EDNS, true, message.bytes[3] |= 1);
    VERDICT(MXC_DNS_NO_EDNS, true, message.bytes[3] |= 4);
    VERDICT(MXC_DNS_NO_EDNS, true, (dns_begin(&message, 0xabcd, DNS_ANSWER | 1)));
    VERDICT(MXC_DNS_FAILED, true, dns_edns(&message, 512, 1u << 24)); /* of another version */
    VERDICT(MXC_DNS_FAILED, true, dns_edns(&message, 512, 255u << 24));
    VERDICT(MXC_DNS_FAILED, true, message.bytes[7] = 1);
    VERDICT(MXC_DNS_FAILED, true, message.bytes[9] = 1);
    VERDICT(MXC_DNS_FAILED, true, message.bytes[11] = 1);
#undef VERDICT
}

static void check_address(const struct mxc_dns_result *result, size_t i, const char *want)
{
    char text[MXC_ADDRESS_TEXT];

    assert_true(i < result->address_count);
    assert_string_equal(mxc_address_text(&result->addresses[i], text), want);
}

static void test_chain(void **state)
{
    struct mxc_dns_result result;
    struct dns_bytes message;

    (void)state;
    begin_answer(&message, 0);
    dns_address(&message, "End.net", 70, "192.0.2.1"); /* in any order */
    dns_alias(&message, "MID.com", 80, "End.NET");
    dns_address(&message, "other.net", 1, "192.0.2.2");
    dns_address(&message, "end.net", 90, "192.0.2.3");
    dns_address(&message, "end.net", 90, "192.0.2.1");
    dns_address(&message, "end.net", 90, "2001:db8::1");
    dns_alias(&message, "example.org", 60, "mid.com");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.chain_count, 2);
    assert_string_equal(result.chain, "mid.com");
    assert_string_equal(result.chain + 8, "end.net");
    assert_int_equal(result.address_count, 2);
    check_address(&result, 0, "192.0.2.1");
    check_address(&result, 1, "192.0.2.3");
    assert_int_equal(result.ttl_s, 60);
}

static void make_chain(struct dns_bytes *message, unsigned links)
{
    char from[32] = "example.org", to[32];

    begin_answer(message, 0);
    for (unsigned i = 0; i < links; i++) {
        snprintf(to, sizeof to, "n%u.org", i);
        dns_alias(message, from, 60, to);
        memcpy(from, to, sizeof from);
    }
    dns_address(message, from, 60, "192.0.2.1");
}

static void test_bad_chains(void **state)
{
    static const char *const odd[] = { "a b.org", "\x1b.org", "-a.org", "", "o_g" };
    struct mxc_dns_result result;
    struct dns_bytes message;

    (void)state;
    make_chain(&message, 16);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.chain_count, 16);
    make_chain(&message, 17);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
    begin_answer(&message, 0);
    dns_alias(&message, "example.org", 60, "example.org");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
    begin_answer(&message, 0);
    dns_alias(&message, "example.org", 60, "a.org");
    dns_alias(&message, "a.org", 60, "example.org");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        begin_answer(&message, 0);
        dns_alias(&message, "example.org", 60, odd[i]);
        dns_address(&message, odd[i], 60, "192.0.2.1");
        assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
    }
    begin_answer(&message, 0); /* something after the name */
    dns_record(&message, 0, "example.org", DNS_CNAME, 60, "\1a\0\0", 4);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
}

/* Five names of 253 bytes. */
static void test_long_chain(void **state)
{
    struct mxc_dns_result result;
    struct dns_bytes message;
    char from[300] = "example.org", to[300];

    (void)state;
    begin_answer(&message, 0);
    for (int i = 0; i < 5; i++) {
        snprintf(to, sizeof to, "%s.%s.%s.%.60s%d", long_label, long_label, long_label, long_label,
                 i);
        dns_alias(&message, from, 60, to);
        memcpy(from, to, sizeof from);
    }
    dns_address(&message, from, 60, "192.0.2.1");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_FAILED);
}

static void test_addresses(void **state)
{
    struct mxc_dns_result result;
    struct dns_bytes message;
    char text[32];

    (void)state;
    begin_answer(&message, 0);
    for (int i = 1; i < 40; i++) {
        snprintf(text, sizeof text, "192.0.2.%d", i);
        dns_address(&message, "example.org", 60, text);
    }
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.address_count, MXC_DNS_ADDRESSES);
    begin_answer(&message, 0);
    dns_record(&message, 0, "example.org", DNS_A, 60, "\1\2\3", 3);
    dns_record(&message, 0, "example.org", DNS_A, 60, "\1\2\3\4\5", 5);
    dns_record(&message, 0, "example.org", DNS_TXT, 60, "\3abc", 4);
    dns_address(&message, "example.org", UINT32_MAX, "192.0.2.9");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.address_count, 1);
    assert_int_equal(result.ttl_s, 0);
    begin_answer(&message, 0);
    for (int i = 0; i < 700; i++)
        dns_record(&message, 0, "x", DNS_TXT, 60, NULL, 0);
    assert_in_range(message.size, MXC_DNS_STREAM + 1, sizeof message.bytes);
    assert_int_equal(read_answer(&message, false, &result), MXC_DNS_FAILED);
}

/* The list has what the result leaves out, once; and says how much it leaves out itself. */
static void test_all_addresses(void **state)
{
    static struct mxc_dns_list all;
    uint8_t bytes[MXC_DNS_QUERY_ROOM];
    const struct mxc_dns_asked asked = { bytes, make_question("eXample.org", DNS_A, bytes), true,
                                         &all };
    struct mxc_dns_result result;
    struct dns_bytes message;
    char text[64];

    (void)state;
    all.count = 99;
    begin_answer(&message, 0);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "192.0.%d.%d", i / 100, i % 100);
        dns_address(&message, "example.org", i == 200 ? 7 : 60, text);
        if (i < 250)
            dns_address(&message, "example.org", 60, text);
    }
    assert_in_range(message.size, MXC_DNS_STREAM + 1, MXC_DNS_STREAM_ALL);
    assert_int_equal(mxc_dns_answer_read(message.bytes, message.size, &asked, &result),
                     MXC_DNS_ANSWERED);
    assert_int_equal(result.address_count, MXC_DNS_ADDRESSES);
    assert_int_equal(result.ttl_s, 7);
    assert_int_equal(all.count, MXC_DNS_ALL);
    assert_int_equal(all.more, 300 - MXC_DNS_ALL);
    for (int i = 0; i < MXC_DNS_ALL; i++) {
        char got[MXC_ADDRESS_TEXT];

        snprintf(text, sizeof text, "192.0.%d.%d", i / 100, i % 100);
        assert_string_equal(mxc_address_text(&all.addresses[i], got), text);
    }
    begin_answer(&message, 3);
    assert_int_equal(mxc_dns_answer_read(message.bytes, message.size, &asked, &result),
                     MXC_DNS_ANSWERED);
    assert_int_equal(all.count + all.more, 0);
}

static void test_mapped_address(void **state)
{
    uint8_t bytes[MXC_DNS_QUERY_ROOM];
    const struct mxc_dns_asked asked = { bytes, make_question("a.org", DNS_AAAA, bytes), true };
    struct mxc_dns_result result;
    struct dns_bytes message;

    (void)state;
    dns_begin(&message, 0xabcd, DNS_ANSWER);
    dns_ask(&message, "a.org", DNS_AAAA);
    dns_address(&message, "a.org", 60, "::ffff:10.0.0.1");
    dns_address(&message, "a.org", 60, "2001:db8::1");
    assert_int_equal(mxc_dns_answer_read(message.bytes, message.size, &asked, &result),
                     MXC_DNS_ANSWERED);
    assert_int_equal(result.address_count, 1);
    check_address(&result, 0, "2001:db8::1");
}

static void test_negative(void **state)
{
    struct mxc_dns_result result;
    struct dns_bytes message;

    (void)state;
    begin_answer(&message, 3);
    dns_soa(&message, "org", 900, 30);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.code, MXC_DNS_NXDOMAIN);
    assert_int_equal(result.ttl_s, 30);
    begin_answer(&message, 0);
    dns_alias(&message, "example.org", 60, "a.org");
    dns_soa(&message, "org", 20, 30);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.code, MXC_DNS_NOERROR);
    assert_int_equal(result.chain_count, 0);
    assert_int_equal(result.ttl_s, 20);
    begin_answer(&message, 3);
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.ttl_s, 5);
    begin_answer(&message, 3); /* addresses of what does not exist */
    dns_address(&message, "example.org", 60, "192.0.2.1");
    assert_int_equal(read_answer(&message, true, &result), MXC_DNS_ANSWERED);
    assert_int_equal(result.address_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question),      cmocka_unit_test(test_stray_answers),
        cmocka_unit_test(test_chain),         cmocka_unit_test(test_bad_chains),
        cmocka_unit_test(test_long_chain),    cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_all_addresses), cmocka_unit_test(test_mapped_address),
        cmocka_unit_test(test_negative),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
