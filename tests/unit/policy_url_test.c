/* SPDX-License-Identifier: MIT */
/* Proxy URLs and host names. */
#include "policy_test.h"

#include "policy/url.h"

static void test_accepted(void **state)
{
    static const struct {
        const char *text, *scheme, *host;
        unsigned port;
    } rows[] = {
        { "http://localhost:8080", "http", "localhost", 8080 },
        { "HTTPS://Proxy.Example.:80/x?y#z", "HTTPS", "Proxy.Example.", 80 },
        { "http://10.0.0.1:443", "http", "10.0.0.1", 443 },
        { "http://[::1]:0065535/", "http", "[::1]", 65535 },
        { "http://a_b-c.d1:1?@", "http", "a_b-c.d1", 1 },
        { "http://h:1/p@q:x", "http", "h", 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_url url;

        assert_int_equal(mxc_url_parse(rows[i].text, &url), MXC_URL_OK);
        assert_string_equal(url.scheme, rows[i].scheme);
        assert_string_equal(url.host, rows[i].host);
        assert_int_equal(url.port, rows[i].port);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        enum mxc_url_fault fault;
    } rows[] = {
        { "", MXC_URL_RELATIVE },
        { "localhost", MXC_URL_RELATIVE },
        { "//localhost:1", MXC_URL_RELATIVE },
        { "http:localhost:1", MXC_URL_RELATIVE },
        { "http:/localhost:1", MXC_URL_RELATIVE },
        { "http://:1", MXC_URL_RELATIVE },
        { "1http://h:1", MXC_URL_RELATIVE },
        { "ftp://h:1", MXC_URL_SCHEME },
        { "h:1", MXC_URL_SCHEME },
        { "httpss://h:1", MXC_URL_SCHEME },
        { "averyveryverylongscheme://h:1", MXC_URL_SCHEME },
        { "http://u@h:1", MXC_URL_CREDENTIALS },
        { "http://u:p@h:1", MXC_URL_CREDENTIALS },
        { "http://@h:1", MXC_URL_CREDENTIALS },
        { "http://h", MXC_URL_NO_PORT },
        { "http://h:", MXC_URL_NO_PORT },
        { "http://h:80", MXC_URL_NO_PORT },
        { "http://h:00080/", MXC_URL_NO_PORT },
        { "https://h:443", MXC_URL_NO_PORT },
        { "http://h:0", MXC_URL_BAD_PORT },
        { "http://h:65536", MXC_URL_BAD_PORT },
        { "http://h:99999999999999999999", MXC_URL_BAD_PORT },
        { "http://h:1a", MXC_URL_BAD_PORT },
        { "http://h:+1", MXC_URL_BAD_PORT },
        { "http://h:1:2", MXC_URL_BAD_PORT },
        { "http://-h:1", MXC_URL_HOST },
        { "http://h..x:1", MXC_URL_HOST },
        { "http://127.1:1", MXC_URL_HOST },
        { "http://1:1", MXC_URL_HOST },
        { "http://0x7f.1:1", MXC_URL_HOST },
        { "http://a.0X1:1", MXC_URL_HOST },
        { "http://1.2.3.4.:1", MXC_URL_HOST },
        { "http://h%41:1", MXC_URL_HOST },
        { "http://[::1:1", MXC_URL_HOST },
        { "http://[::1]x:1", MXC_URL_HOST },
        { "http://[::1/64]:1", MXC_URL_HOST },
        { "http://[]:1", MXC_URL_HOST },
        { "http://[1.2.3.4]:1", MXC_URL_HOST },
        { "http://[fe80::1%25lo]:1", MXC_URL_HOST },
        { "http://h\\x:1", MXC_URL_CHARACTERS },
        { "http://h:1/ x", MXC_URL_CHARACTERS },
        { "http://h:1/\"", MXC_URL_CHARACTERS },
        { "http://h:1/'", MXC_URL_CHARACTERS },
        { "http://h:1/\n", MXC_URL_CHARACTERS },
        { "http://\xc3\xbc:1", MXC_URL_CHARACTERS },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mxc_url url;
        enum mxc_url_fault fault = mxc_url_parse(rows[i].text, &url);

        if (fault != rows[i].fault)
            fail_msg("%s: %d, not %d", rows[i].text, (int)fault, (int)rows[i].fault);
    }
}

static void test_long_host(void **state)
{
    char text[400] = "http://";
    struct mxc_url url;

    (void)state;
    memset(text + 7, 'a', 300);
    memcpy(text + 307, ":1", 3);
    assert_int_equal(mxc_url_parse(text, &url), MXC_URL_HOST);
    text[7 + 63] = '.';
    text[7 + 127] = '.';
    text[7 + 191] = '.';
    memcpy(text + 7 + 253, ":1", 3);
    assert_int_equal(mxc_url_parse(text, &url), MXC_URL_OK);
    assert_int_equal(strlen(url.host), 253);
}

static void test_mask(void **state)
{
    static const char *const rows[][2] = {
        { "http://h:1/p", "http://h:1/p" },
        { "http://bob:hunter2@h:1", "http://***@h:1" },
        { "http://bob:hun@ter2@h:1/p?q", "http://***@h:1" },
        { "bob:hunter2@h", "***@h" },
        { "http://h:1/?key=hunter2", "http://h:1/***" },
        { "http://h:1/#hunter2", "http://h:1/***" },
        { "http://h/?x=hunter2@y", "http://***" },
        { "http://h/?a@b&key=hunter2", "http://***" },
    };
    char out[128];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        mxc_url_mask(rows[i][0], out, sizeof out);
        assert_string_equal(out, rows[i][1]);
        assert_null(strstr(out, "hunter2"));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long_host),
        cmocka_unit_test(test_mask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
