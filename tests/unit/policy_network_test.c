/* SPDX-License-Identifier: MIT */
/* What the network sections become. */
#include "policy_test.h"

#define START "'process':{'commandLine':'true'},'network':"

static void test_legacy(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(
        &arena, "{'version':'0.7.0'," START "{'defaultPolicy':'allow','enforcementMode':"
                "'both','allowLocalNetwork':true,'allowedHosts':['a.example','10.0.0.1/8'],"
                "'blockedHosts':['::1']}}");
    const struct mxc_network *network = &policy.network;

    (void)state;
    assert_int_equal(network->form, MXC_NET_LEGACY);
    assert_true(network->default_allow);
    assert_int_equal(network->enforcement, MXC_ENFORCE_BOTH);
    assert_true(network->allow_local);
    assert_int_equal(network->allowed_hosts.count, 2);
    assert_string_equal(network->allowed_hosts.items[1], "10.0.0.1/8");
    assert_string_equal(network->blocked_hosts.items[0], "::1");
    mxc_arena_done(&arena);
}

static void test_rules(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(
        &arena, "{" START "{'egress':{'default':'allow','allow':[{}],'deny':[{'to':[{'cidr':"
                "'10.0.0.0/8','except':['10.1.0.0/16']},{'cidr':'2001:db8::/32'}],'ports':["
                "{'port':53,'protocol':'udp'},{'port':1,'endPort':9},{'protocol':'icmp'}]}]},"
                "'ingress':{'default':'allow','hostLoopback':'allow'}}}");
    const struct mxc_network *network = &policy.network;
    const struct mxc_rule *rule = network->deny.items;

    (void)state;
    assert_int_equal(network->form, MXC_NET_DIRECTIONAL);
    assert_true(network->egress_allow && network->ingress_allow && network->host_loopback_allow);
    assert_int_equal(network->allow.count, 1);
    assert_int_equal(network->allow.items[0].to_count + network->allow.items[0].port_count, 0);
    assert_int_equal(network->deny.count, 1);
    assert_int_equal(rule->to_count, 2);
    assert_int_equal(rule->to[0].cidr.family * 1000 + rule->to[0].cidr.bits, 4008);
    assert_memory_equal(rule->to[0].cidr.address, "\x0a\0\0\0", 4);
    assert_int_equal(rule->to[0].except_count, 1);
    assert_int_equal(rule->to[0].except[0].bits, 16);
    assert_int_equal(rule->to[1].cidr.family * 1000 + rule->to[1].cidr.bits, 6032);
    assert_int_equal(rule->port_count, 3);
    assert_int_equal(rule->ports[0].protocol, MXC_PROTO_UDP);
    assert_int_equal(rule->ports[0].first * 100 + rule->ports[0].last, 5353);
    assert_int_equal(rule->ports[1].protocol, MXC_PROTO_ANY);
    assert_int_equal(rule->ports[1].first * 100 + rule->ports[1].last, 109);
    assert_int_equal(rule->ports[2].protocol, MXC_PROTO_ICMP);
    assert_int_equal(rule->ports[2].first + rule->ports[2].last, 0);
    mxc_arena_done(&arena);
}

static void test_forms(void **state)
{
    static const struct {
        const char *text;
        enum mxc_network_form form;
    } rows[] = {
        { "{'version':'0.7.0'," START "null}", MXC_NET_ABSENT },
        { "{'version':'0.7.0'," START "{}}", MXC_NET_ABSENT },
        { "{'version':'0.7.0'," START "{'removeRulesOnExit':true}}", MXC_NET_ABSENT },
        { "{'version':'0.9.0'," START "{'egress':null}}", MXC_NET_ABSENT },
        { "{'version':'0.7.0'," START "{'allowedHosts':[]}}", MXC_NET_LEGACY },
        { "{'version':'0.8.0'," START "{'egress':{}}}", MXC_NET_DIRECTIONAL },
        { "{" START "{'ingress':{}}}", MXC_NET_DIRECTIONAL },
        { "{" START "{},'runtimeConfig':{}}", MXC_NET_DIRECTIONAL },
        { "{" START "{},'containment':'processcontainer','processContainer':{'network':{}}}",
          MXC_NET_DIRECTIONAL },
    };
    struct mxc_arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(read_good(&arena, rows[i].text).network.form, rows[i].form);
    mxc_arena_done(&arena);
}

static void test_proxies(void **state)
{
    static const struct {
        const char *text, *url, *pointer;
    } rows[] = {
        { "{'version':'0.7.0'," START "{'defaultPolicy':'allow','proxy':{'localhost':8080}}}",
          "http://127.0.0.1:8080", "/network/proxy/localhost" },
        { "{'version':'0.7.0'," START "{'defaultPolicy':'allow','proxy':{'url':'HTTP://A:1'}}}",
          "HTTP://A:1", "/network/proxy/url" },
        { "{'process':{'commandLine':'x'},'runtimeConfig':{'networkProxy':'http://[::1]:9/x'}}",
          "http://[::1]:9/x", "/runtimeConfig/networkProxy" },
    };
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        policy = read_good(&arena, rows[i].text);
        assert_string_equal(policy.network.proxy_url, rows[i].url);
        assert_string_equal(policy.network.proxy_pointer, rows[i].pointer);
        assert_false(policy.network.proxy_builtin);
    }
    policy = read_good(&arena, "{'version':'0.7.0'," START "{'proxy':{'builtinTestServer':true}}}");
    assert_true(policy.network.proxy_builtin);
    assert_null(policy.network.proxy_url);
    assert_string_equal(policy.network.proxy_pointer, "/network/proxy/builtinTestServer");
    mxc_arena_done(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legacy),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_proxies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
