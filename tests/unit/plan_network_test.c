/* SPDX-License-Identifier: MIT */
/* Which policies need no more than an empty network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/network.h"

static void test_none(void **state)
{
    struct mxc_policy policy = { 0 };
    const char *hosts[] = { "10.0.0.1" };
    struct mxc_rule rule = { 0 };

    (void)state;
    assert_null(mxc_network_needs(&policy));
    policy.network.form = MXC_NET_LEGACY;
    policy.network.enforcement = MXC_ENFORCE_FIREWALL;
    policy.network.blocked_hosts = (struct mxc_strings){ hosts, 1 };
    assert_null(mxc_network_needs(&policy));
    policy.network = (struct mxc_network){ .form = MXC_NET_DIRECTIONAL, .deny = { &rule, 1 } };
    assert_null(mxc_network_needs(&policy));
}

static void test_more(void **state)
{
    static const char *hosts[] = { "10.0.0.1" };
    static struct mxc_rule rule;
    static struct mxc_publish publish;
    static const struct {
        struct mxc_network network;
        const char *want;
    } rows[] = {
        { { .default_allow = true }, "/network/defaultPolicy" },
        { { .allow_local = true }, "/network/allowLocalNetwork" },
        { { .allowed_hosts = { hosts, 1 } }, "/network/allowedHosts" },
        { { .egress_allow = true }, "/network/egress/default" },
        { { .allow = { &rule, 1 } }, "/network/egress/allow" },
        { { .publish = &publish, .publish_count = 1 }, "/network/ingress/publish" },
        { { .ingress_allow = true }, "/network/ingress/default" },
        { { .host_loopback_allow = true }, "/network/ingress/hostLoopback" },
        { { .proxy_url = "http://p:1", .proxy_pointer = "/network/proxy/url" },
          "/network/proxy/url" },
        { { .proxy_url = "http://p:1" }, "/network/proxy" },
        { { .proxy_builtin = true }, "/network/proxy/builtinTestServer" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_policy policy = { .network = rows[i].network };

        assert_string_equal(mxc_network_needs(&policy), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_none), cmocka_unit_test(test_more) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
