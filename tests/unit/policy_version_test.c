/* SPDX-License-Identifier: MIT */
/* Version texts: which contract each one names, and what is said about the others. */
#include "policy_test.h"

#include "policy/schema.h"
#include "policy/version.h"

static void test_accepted(void **state)
{
    static const struct {
        const char *text;
        enum mxc_version version;
    } rows[] = {
        { "0.4.0-alpha", MXC_V0_4 },
        { "0.4.9", MXC_V0_4 },
        { "0.5.0-alpha-strict", MXC_V0_5 },
        { "0.6.5-beta.1+build", MXC_V0_6 },
        { "0.7.99", MXC_V0_7 },
        { "0.8.0-dev", MXC_V0_8 },
        { "0.8.18446744073709551615", MXC_V0_8 },
        { "0.9.0-alpha", MXC_V0_9 },
        { "0.9.5-0.a.1-+0.00.-", MXC_V0_9 },
        { "1.0.0", MXC_V1_0 },
        { "1.1.0-alpha", MXC_V1_1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum mxc_version read = 0, parsed = 0;

        assert_int_equal(mxc_version_read(rows[i].text, &read, NULL), 0);
        assert_int_equal(read, rows[i].version);
        assert_int_equal(mxc_version_parse(rows[i].text, &parsed, NULL), 0);
        assert_int_equal(parsed, rows[i].version);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *part;
    } rows[] = {
        { "0.3.9", "older than supported" },
        { "0.0.0", "older than supported" },
        { "0.10.0", "is not supported" },
        { "0.99.1", "is not supported" },
        { "1.0.0-alpha", "is not supported" },
        { "1.0.0+x", "is not supported" },
        { "1.0.1", "is not supported" },
        { "1.1.0-a", "is not supported" },
        { "1.1.0", "newer than supported" },
        { "1.1.0-alpha.1", "newer than supported" },
        { "1.1.1-alpha", "newer than supported" },
        { "1.2.0-a", "newer than supported" },
        { "2.0.0", "newer than supported" },
        { "", "must be semver" },
        { "1", "must be semver" },
        { "1.0", "must be semver" },
        { "1.0.", "must be semver" },
        { "01.0.0", "must be semver" },
        { "0.7.0-", "must be semver" },
        { "0.7.0-01", "must be semver" },
        { "0.7.0-a.", "must be semver" },
        { "0.7.0+", "must be semver" },
        { "0.7.0+a+b", "must be semver" },
        { "0.7.0 ", "must be semver" },
        { " 0.7.0", "must be semver" },
        { "+0.7.0", "must be semver" },
        { "0.7.0-\xc3\xa9", "must be semver" },
        { "0x0.7.0", "must be semver" },
        { "0.7.18446744073709551616", "must be semver" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum mxc_version version = MXC_V_ALL;
        struct mxc_err err;

        assert_int_equal(mxc_version_read(rows[i].text, &version, &err), -1);
        assert_int_equal(version, MXC_V_ALL);
        assert_int_equal(err.code, MXC_BAD_POLICY);
        if (!strstr(err.text, rows[i].part))
            fail_msg("%s: %s", rows[i].text, err.text);
    }
}

static void test_names(void **state)
{
    (void)state;
    for (unsigned bit = 1; bit & MXC_V_ALL; bit <<= 1) {
        enum mxc_version version = 0;

        assert_int_equal(mxc_version_parse(mxc_version_name(bit), &version, NULL), 0);
        assert_int_equal(version, bit);
    }
}

static void test_short_names(void **state)
{
    enum mxc_version version = 0;

    (void)state;
    assert_int_equal(mxc_version_parse("1.0", &version, NULL), 0);
    assert_int_equal(version, MXC_V1_0);
    assert_int_equal(mxc_version_parse("1.1", &version, NULL), 0);
    assert_int_equal(version, MXC_V1_1);
    assert_int_equal(mxc_version_parse("current", &version, NULL), 0);
    assert_int_equal(version, MXC_V_CURRENT);
    assert_int_equal(mxc_version_parse("0.3", &version, NULL), -1);
}

static void test_ranges(void **state)
{
    static const struct {
        unsigned versions;
        const char *text;
    } rows[] = {
        { 0, "" },
        { MXC_V0_7, "0.7" },
        { MXC_V_ALL, "0.4 to 1.1.0-alpha" },
        { MXC_V0_4 | MXC_V0_5, "0.4 to 0.5" },
        { MXC_V0_4 | MXC_V0_6 | MXC_V0_7 | MXC_V1_1, "0.4, 0.6 to 0.7, 1.1.0-alpha" },
        { MXC_V0_4 | MXC_V0_6 | MXC_V0_8 | MXC_V1_0, "0.4, 0.6, 0.8, 1.0.0" },
    };
    struct mxc_versions_text text;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(mxc_versions_text(&text, rows[i].versions), rows[i].text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names),    cmocka_unit_test(test_short_names),
        cmocka_unit_test(test_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
