/* SPDX-License-Identifier: MIT */
/* What the text form of a plan does not show: identities, pointers, what was asked of the host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_host.h"
#include "plan/plan.h"

static struct fake_host host;
static struct mxc_policy policy;
static struct mxc_plan plan;
static struct mxc_err err;

static int make_host(void **state)
{
    (void)state;
    policy = (struct mxc_policy){ .process.command_line = "true" };
    err = (struct mxc_err){ 0 };
    return fake_host_text(&host, ".",
                          "link /bin -> usr/bin\n"
                          "link /usr/bin/sh -> dash\n"
                          "file /usr/bin/dash\n"
                          "file /etc/shadow\n"
                          "dir /work/a\n"
                          "file /work/a/secret\n"
                          "link /link -> /work\n");
}

static int drop_host(void **state)
{
    (void)state;
    fake_host_done(&host);
    return 0;
}

static int run(void)
{
    return mxc_plan_native(&host.arena, &policy, &host.facts, &plan, &err);
}

static const struct mxc_step *step_to(enum mxc_step_kind kind, const char *to)
{
    for (size_t i = 0; i < plan.count; i++)
        if (plan.steps[i].kind == kind && plan.steps[i].to && !strcmp(plan.steps[i].to, to))
            return &plan.steps[i];
    return NULL;
}

static struct mxc_fact fact_of(const char *path)
{
    struct mxc_fact fact;

    assert_int_equal(host.facts.look(host.facts.context, &host.arena, path, &fact), 0);
    return fact;
}

static void check_identity(const struct mxc_step *step, const char *path, const char *pointer)
{
    struct mxc_fact fact = fact_of(path);

    assert_non_null(step);
    assert_int_equal(step->object, fact.type);
    assert_int_equal(step->device, fact.device);
    assert_int_equal(step->inode, fact.inode);
    assert_string_equal(step->pointer, pointer);
}

static void test_identity(void **state)
{
    const char *rw[] = { "/link" }, *denied[] = { "/work/a/secret" };

    (void)state;
    policy.filesystem.readwrite = (struct mxc_strings){ rw, 1 };
    policy.filesystem.denied = (struct mxc_strings){ denied, 1 };
    assert_int_equal(run(), 0);
    assert_string_equal(plan.backend, "native");
    check_identity(step_to(MXC_STEP_BIND, "/work"), "/work", "/filesystem/readwritePaths/0");
    check_identity(step_to(MXC_STEP_PIN, "/work/a"), "/work/a", "/filesystem/deniedPaths/0");
    check_identity(step_to(MXC_STEP_HIDE, "/work/a/secret"), "/work/a/secret",
                   "/filesystem/deniedPaths/0");
    assert_string_equal(step_to(MXC_STEP_SYMLINK, "/link")->pointer,
                        "/filesystem/readwritePaths/0");
}

static void test_defaults_unchecked(void **state)
{
    const struct mxc_step *step;

    (void)state;
    assert_int_equal(run(), 0);
    step = step_to(MXC_STEP_BIND, "/etc");
    assert_non_null(step);
    assert_int_equal(step->device + step->inode, 0);
    assert_null(step->pointer);
    step = step_to(MXC_STEP_HIDE, "/etc/shadow");
    assert_int_equal(step->inode, fact_of("/etc/shadow").inode);
    assert_null(step->pointer);
}

static void test_order(void **state)
{
    (void)state;
    assert_int_equal(run(), 0);
    assert_int_equal(plan.steps[0].kind, MXC_STEP_IDS);
    assert_int_equal(plan.steps[plan.count - 1].kind, MXC_STEP_COMMAND);
}

static void test_mounts_asked(void **state)
{
    const char *file[] = { "/work/a/secret" }, *directory[] = { "/work" };

    (void)state;
    assert_int_equal(run(), 0);
    assert_int_equal(host.mounts_asked, 0);
    policy.filesystem.readonly = (struct mxc_strings){ file, 1 };
    assert_int_equal(run(), 0);
    assert_int_equal(host.mounts_asked, 1); /* it may lie on a filesystem of the kernel */
    policy.filesystem.readonly = (struct mxc_strings){ directory, 1 };
    assert_int_equal(run(), 0);
    assert_int_equal(host.mounts_asked, 2);
    policy.filesystem.readonly.count = 0;
    policy.filesystem.denied = (struct mxc_strings){ file, 1 };
    assert_int_equal(run(), 0);
    assert_int_equal(host.mounts_asked, 3);
}

/* Outputs are written only on success. */
static void test_refusal_leaves_output(void **state)
{
    const char *missing[] = { "/nope" };

    (void)state;
    policy.filesystem.readonly = (struct mxc_strings){ missing, 1 };
    plan = (struct mxc_plan){ .backend = "untouched" };
    assert_int_equal(run(), -1);
    assert_string_equal(plan.backend, "untouched");
    assert_null(plan.steps);
    assert_int_equal(err.code, MXC_POLICY_REFUSED);
    assert_string_equal(err.where, "/filesystem/readonlyPaths/0");
}

/* A path that is longer than an error can hold is still refused by name, on one line. */
static void test_long_path(void **state)
{
    char path[4000];
    const char *paths[] = { path };

    (void)state;
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    policy.filesystem.readonly = (struct mxc_strings){ paths, 1 };
    assert_int_equal(run(), -1);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(run(), 0);
    assert_string_equal(mxc_plan_find(&plan, MXC_STEP_NETWORK)->from, "none");
    assert_null(mxc_plan_find(&plan, MXC_STEP_TIMEOUT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_host, drop_host)

static void test_network(void **state)
{
    static struct mxc_rule rules[2];

    (void)state;
    assert_int_equal(run(), 0);
    assert_null(plan.network);
    policy.network.form = MXC_NET_DIRECTIONAL;
    policy.network.deny = (struct mxc_rules){ rules, 2 };
    assert_int_equal(run(), 0);
    assert_null(plan.network); /* denials alone need no network */
    policy.network.egress_allow = true;
    assert_int_equal(run(), 0);
    assert_non_null(plan.network);
    assert_true(plan.network->egress_allow);
    assert_int_equal(plan.network->deny.count, 2);
    assert_int_equal(plan.loopback_port, 0);
    assert_string_equal(mxc_plan_find(&plan, MXC_STEP_RULE)->pointer, "/network/egress/deny/0");
    assert_null(step_to(MXC_STEP_CONTENT, "/etc/hosts")); /* this host has none */
}

/* What the network process is told about a proxy: that endpoint, and nothing of the rest. */
static void test_proxy(void **state)
{
    (void)state;
    policy.network = (struct mxc_network){ .form = MXC_NET_LEGACY,
                                           .default_allow = true,
                                           .egress_allow = true,
                                           .proxy_url = "http://127.0.0.1:3128",
                                           .proxy_pointer = "/network/proxy/url" };
    assert_int_equal(run(), 0);
    assert_int_equal(plan.loopback_port, 3128);
    assert_false(plan.network->egress_allow || plan.network->default_allow);
    assert_int_equal(plan.network->allow.count, 0);
    policy.network.proxy_url = "http://192.0.2.9:3128";
    assert_int_equal(run(), 0);
    assert_int_equal(plan.loopback_port, 0);
    assert_int_equal(plan.network->allow.count, 1);
    assert_int_equal(plan.network->allow.items[0].to_count, 1);
    assert_int_equal(plan.network->allow.items[0].to[0].cidr.bits, 32);
    assert_int_equal(plan.network->allow.items[0].port_count, 1);
    assert_int_equal(plan.network->allow.items[0].ports[0].protocol, MXC_PROTO_TCP);
    assert_int_equal(plan.network->allow.items[0].ports[0].first, 3128);
    assert_int_equal(plan.network->allow.items[0].ports[0].last, 3128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_network),
        TEST(test_proxy),
        TEST(test_identity),
        TEST(test_defaults_unchecked),
        TEST(test_order),
        TEST(test_mounts_asked),
        TEST(test_refusal_leaves_output),
        TEST(test_long_path),
        TEST(test_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
