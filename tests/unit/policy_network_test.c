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

static void check_peer(const struct mxc_rule *rule, const char *host, unsigned bits)
{
    assert_int_equal(rule->to_count, 1);
    assert_int_equal(rule->port_count, 0);
    assert_int_equal(rule->to[0].except_count, 0);
    if (host)
        assert_string_equal(rule->to[0].host, host);
    else {
        assert_null(rule->to[0].host);
        assert_int_equal(rule->to[0].cidr.bits, bits);
    }
}

/* Whoever enforces sees one form. */
static void test_legacy_rules(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(
        &arena, "{'version':'0.7.0'," START "{'defaultPolicy':'allow','allowedHosts':['A.Example.',"
                "'10.1.2.3/9','2001:db8:ffff::/34'],'blockedHosts':['::1','b_c.example']}}");
    const struct mxc_network *network = &policy.network;

    (void)state;
    assert_true(network->egress_allow);
    assert_int_equal(network->allow.count, 3);
    check_peer(&network->allow.items[0], "a.example", 0);
    check_peer(&network->allow.items[1], NULL, 9);
    assert_memory_equal(network->allow.items[1].to[0].cidr.address, "\x0a\0\0\0", 4);
    check_peer(&network->allow.items[2], NULL, 34);
    assert_memory_equal(network->allow.items[2].to[0].cidr.address, "\x20\x01\x0d\xb8\xc0\0", 6);
    assert_int_equal(network->deny.count, 2);
    check_peer(&network->deny.items[0], NULL, 128);
    check_peer(&network->deny.items[1], "b_c.example", 0);
    policy = read_good(&arena, "{'version':'0.7.0'," START "{'allowedHosts':[]}}");
    assert_false(policy.network.egress_allow);
    assert_int_equal(policy.network.allow.count + policy.network.deny.count, 0);
    mxc_arena_done(&arena);
}

static void test_names(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy =
        read_good(&arena, "{" START "{'egress':{'allow':[{'to':[{'host':'API.Example.org'},{'host':"
                          "'*.EXAMPLE.com'},{'cidr':'10.0.0.0/8'}],'ports':[{'port':443}]}]}}}");
    const struct mxc_rule *rule = policy.network.allow.items;

    (void)state;
    assert_int_equal(rule->to_count, 3);
    assert_string_equal(rule->to[0].host, "api.example.org");
    assert_string_equal(rule->to[1].host, "*.example.com");
    assert_null(rule->to[2].host);
    assert_int_equal(policy.extensions.count, 2);
    assert_string_equal(policy.extensions.items[1], "/network/egress/allow/0/to/1/host");
    mxc_arena_done(&arena);
}

static void check_publish(const struct mxc_publish *publish, unsigned port, unsigned host_port,
                          const char *address)
{
    assert_int_equal(publish->port, port);
    assert_int_equal(publish->host_port, host_port);
    assert_int_equal(publish->host_address.family, 4);
    assert_int_equal(publish->host_address.bits, 32);
    assert_memory_equal(publish->host_address.address, address, 4);
}

static void test_publish(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy =
        read_good(&arena, "{" START "{'ingress':{'publish':[{'port':80},{'port':81,'hostPort':8081,"
                          "'hostAddress':'0.0.0.0'},{'port':80,'hostAddress':'127.0.0.2'}]}}}");

    (void)state;
    assert_int_equal(policy.network.form, MXC_NET_DIRECTIONAL);
    assert_int_equal(policy.network.publish_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(policy.network.publish[i].loopback, i == 0);
    check_publish(&policy.network.publish[0], 80, 80, "\x7f\0\0\x01");
    check_publish(&policy.network.publish[1], 81, 8081, "\0\0\0\0");
    check_publish(&policy.network.publish[2], 80, 80, "\x7f\0\0\x02");
    assert_int_equal(policy.extensions.count, 1);
    assert_string_equal(policy.extensions.items[0], "/network/ingress/publish");
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
        cmocka_unit_test(test_legacy),  cmocka_unit_test(test_legacy_rules),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_publish),
        cmocka_unit_test(test_rules),   cmocka_unit_test(test_forms),
        cmocka_unit_test(test_proxies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
