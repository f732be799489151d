/* SPDX-License-Identifier: MIT */
/* Addresses and networks; the system's own parser is the judge of addresses. */
#include "policy_test.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "policy/cidr.h"

static void test_networks(void **state)
{
    static const struct {
        const char *text;
        enum mxc_cidr_fault fault;
        int family, bits;
    } rows[] = {
        { "10.0.0.0/8", MXC_CIDR_OK, 4, 8 },
        { "10.0.0.0/08", MXC_CIDR_OK, 4, 8 },
        { "0.0.0.0/0", MXC_CIDR_OK, 4, 0 },
        { "255.255.255.255", MXC_CIDR_OK, 4, 32 },
        { "::/0", MXC_CIDR_OK, 6, 0 },
        { "2001:db8::/32", MXC_CIDR_OK, 6, 32 },
        { "::1", MXC_CIDR_OK, 6, 128 },
        { "::ffff:10.0.0.1/128", MXC_CIDR_OK, 6, 128 },
        { "10.0.0.0/33", MXC_CIDR_TOO_LONG, 4, 33 },
        { "::/129", MXC_CIDR_TOO_LONG, 6, 129 },
        { "::/255", MXC_CIDR_TOO_LONG, 6, 255 },
        { "10.0.0.1/31", MXC_CIDR_HOST_BITS, 4, 31 },
        { "128.0.0.0/0", MXC_CIDR_HOST_BITS, 4, 0 },
        { "::1/127", MXC_CIDR_HOST_BITS, 6, 127 },
        { "10.0.0.0/", MXC_CIDR_NO_PREFIX, 4, 32 },
        { "10.0.0.0/ 8", MXC_CIDR_NO_PREFIX, 4, 32 },
        { "10.0.0.0/8 ", MXC_CIDR_NO_PREFIX, 4, 32 },
        { "10.0.0.0/256", MXC_CIDR_NO_PREFIX, 4, 32 },
        { "10.0.0.0/00008", MXC_CIDR_OK, 4, 8 },
        { "10.0.0.0/99999999999", MXC_CIDR_NO_PREFIX, 4, 32 },
        { "10.0.0.0/a", MXC_CIDR_NO_PREFIX, 4, 32 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_cidr cidr;

        assert_int_equal(mxc_cidr_parse(rows[i].text, &cidr), rows[i].fault);
        assert_int_equal(cidr.family, rows[i].family);
        assert_int_equal(cidr.bits, rows[i].bits);
    }
}

/* inet_pton() takes leading zeros in no octet and no short forms, as we do. */
static void compare(const char *text)
{
    uint8_t want[16] = { 0 };
    struct mxc_cidr cidr;
    bool v4 = inet_pton(AF_INET, text, want) == 1;
    bool v6 = !v4 && inet_pton(AF_INET6, text, want) == 1;
    bool ours = mxc_cidr_parse(text, &cidr) == MXC_CIDR_OK;

    if (ours != (v4 || v6))
        fail_msg("'%s': system %d, ours %d", text, v4 || v6, ours);
    if (!ours)
        return;
    assert_int_equal(cidr.family, v4 ? 4 : 6);
    assert_memory_equal(cidr.address, want, sizeof want);
}

static void test_addresses(void **state)
{
    static const char *const rows[] = {
        "",
        "0.0.0.0",
        "1.2.3.4",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.",
        "1..2.3",
        "01.2.3.4",
        "1.2.3.00",
        "::",
        ":::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7",
        "1::3::5",
        ":1::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "::12345",
        "::g",
        "fe80::1%lo",
        "::ffff:1.2.3.400",
        "abcd:EF01::",
        "1:2:3:4:5:6:7:",
        ":2:3:4:5:6:7:8",
        "::1.2.3",
        "::1:",
        "0:0:0:0:0:0:0:0",
        "1 ",
        "\xc3\xa9",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        compare(rows[i]);
}

/* All texts of up to five of these pieces. */
static void test_pieces(void **state)
{
    static const char *const pieces[] = { "", ":", "::", "1", "0a", "1.2.3.4", ".", "ffff:" };
    char text[64];

    (void)state;
    for (unsigned n = 0; n < 8 * 8 * 8 * 8 * 8; n++) {
        (void)snprintf(text, sizeof text, "%s%s%s%s%s", pieces[n & 7], pieces[n >> 3 & 7],
                       pieces[n >> 6 & 7], pieces[n >> 9 & 7], pieces[n >> 12 & 7]);
        compare(text);
    }
}

static void test_within(void **state)
{
    static const struct {
        const char *inner, *outer;
        bool within;
    } rows[] = {
        { "10.0.0.0/8", "10.0.0.0/8", true },
        { "10.255.0.0/16", "10.0.0.0/8", true },
        { "11.0.0.0/16", "10.0.0.0/8", false },
        { "10.0.0.0/7", "10.0.0.0/8", false },
        { "1.2.3.4", "0.0.0.0/0", true },
        { "::1", "0.0.0.0/0", false },
        { "::1", "::/0", true },
        { "2001:db8:0:1::/64", "2001:db8::/48", true },
        { "2001:db8:1::/64", "2001:db8::/48", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_cidr inner, outer;

        assert_int_equal(mxc_cidr_parse(rows[i].inner, &inner), MXC_CIDR_OK);
        assert_int_equal(mxc_cidr_parse(rows[i].outer, &outer), MXC_CIDR_OK);
        assert_int_equal(mxc_cidr_within(&inner, &outer), rows[i].within);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_within),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
