/* SPDX-License-Identifier: MIT */
/* Running, on backends that only remember what was asked of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/run.h"

/* What the fake does and saw. */
static struct {
    int start_result, wait_result;
    enum mxc_code code;
    bool planned;
    unsigned started, waited, undone;
    struct mxc_run *undone_with;
} fake;

static struct mxc_run *const the_run = (struct mxc_run *)&fake;

static int fake_plan(struct mxc_arena *arena, const struct mxc_policy *policy,
                     const struct mxc_facts *facts, struct mxc_plan *out, struct mxc_err *err)
{
    (void)arena, (void)policy, (void)facts, (void)out, (void)err;
    fake.planned = true;
    return 0;
}

static int fake_start(const struct mxc_plan *plan, const struct mxc_start_options *options,
                      struct mxc_run **out, struct mxc_err *err)
{
    (void)plan, (void)options;
    fake.started++;
    *out = the_run;
    return fake.start_result ? mxc_fail(err, fake.code, EPERM, "clone3", "no") : 0;
}

static int fake_wait(struct mxc_run *run, struct mxc_exit *out, struct mxc_err *err)
{
    assert_ptr_equal(run, the_run);
    fake.waited++;
    *out = fake.wait_result ? (struct mxc_exit){ .reason = MXC_REASON_FAILED, .run_us = 5 }
                            : (struct mxc_exit){ .reason = MXC_REASON_EXIT, .code = 7 };
    return fake.wait_result ? mxc_fail(err, fake.code, EIO, "waitid", "no") : 0;
}

static void fake_undo(struct mxc_run *run)
{
    fake.undone++;
    fake.undone_with = run;
}

static const struct mxc_backend backend = {
    .name = "native",
    .can = MXC_CAN(ENVIRONMENT) | MXC_CAN(NETWORK_DENY) | MXC_CAN(UI_DISABLE) | MXC_CAN(READONLY),
    .plan = fake_plan,
    .start = fake_start,
    .wait = fake_wait,
    .undo = fake_undo,
};

const struct mxc_backend *const mxc_backends[] = { &backend, NULL };

static int execute(struct mxc_exit *out, struct mxc_err *err)
{
    struct mxc_plan plan = { 0 };
    int result = mxc_run_execute(&backend, &plan, NULL, out, err);

    assert_int_equal(fake.undone, 1); /* on every path, exactly once, with what start() gave */
    assert_ptr_equal(fake.undone_with, the_run);
    return result;
}

static int reset(void **state)
{
    (void)state;
    memset(&fake, 0, sizeof fake);
    return 0;
}

static void test_execute(void **state)
{
    struct mxc_exit out;
    struct mxc_err err = { 0 };

    (void)state;
    assert_int_equal(execute(&out, &err), 0);
    assert_int_equal(out.reason, MXC_REASON_EXIT);
    assert_int_equal(out.code, 7);
    assert_int_equal(err.code, MXC_OK);
}

static void test_start_fails(void **state)
{
    struct mxc_exit out = { .code = 3 };
    struct mxc_err err;

    (void)state;
    fake.start_result = -1;
    fake.code = MXC_BACKEND;
    assert_int_equal(execute(&out, &err), -1);
    assert_int_equal(fake.waited, 0);
    assert_int_equal(out.reason, MXC_REASON_SETUP);
    assert_int_equal(out.code, 0);
    assert_string_equal(err.where, "clone3");
}

static void test_start_refuses(void **state)
{
    struct mxc_exit out;
    struct mxc_err err;

    (void)state;
    fake.start_result = -1;
    fake.code = MXC_POLICY_REFUSED;
    assert_int_equal(execute(&out, &err), -1);
    assert_int_equal(out.reason, MXC_REASON_REFUSED);
}

/* The program had run: what was measured of it is told. */
static void test_wait_fails(void **state)
{
    struct mxc_exit out;
    struct mxc_err err;

    (void)state;
    fake.wait_result = -1;
    fake.code = MXC_BACKEND;
    assert_int_equal(execute(&out, &err), -1);
    assert_int_equal(out.reason, MXC_REASON_FAILED);
    assert_int_equal(out.run_us, 5);
    assert_string_equal(err.where, "waitid");
}

static void test_select(void **state)
{
    static const struct {
        enum mxc_containment containment;
        const char *name;
        const char *text; /* NULL: served */
    } rows[] = {
        { MXC_CONTAIN_PROCESS, NULL, NULL },
        { MXC_CONTAIN_NATIVE, NULL, NULL },
        { MXC_CONTAIN_LXC, "native", NULL },
        { MXC_CONTAIN_LXC, NULL, "this build has no lxc backend" },
        { MXC_CONTAIN_BUBBLEWRAP, NULL, "this build has no bubblewrap backend" },
        { MXC_CONTAIN_MICROVM, NULL, "this build has no microvm backend" },
        { MXC_CONTAIN_HYPERLIGHT, NULL, "this build has no hyperlight backend" },
        { MXC_CONTAIN_VM, NULL, "exists only on Windows" },
        { MXC_CONTAIN_WSLC, NULL, "exists only on Windows" },
        { MXC_CONTAIN_PROCESSCONTAINER, NULL, "exists only on Windows" },
        { MXC_CONTAIN_WINDOWS_SANDBOX, NULL, "exists only on Windows" },
        { MXC_CONTAIN_ISOLATION_SESSION, NULL, "exists only on Windows" },
        { MXC_CONTAIN_SEATBELT, NULL, "exists only on macOS" },
        { MXC_CONTAIN_PROCESS, "lxc", "this build has no lxc backend" },
        { MXC_CONTAIN_PROCESS, "null", "there is no backend 'null'" },
        { MXC_CONTAIN_PROCESS, "", "there is no backend ''" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_policy policy = { .containment = rows[i].containment };
        const struct mxc_backend *out = NULL;
        struct mxc_err err = { 0 };
        int result = mxc_run_select(&policy, rows[i].name, &out, &err);

        assert_int_equal(result, rows[i].text ? -1 : 0);
        assert_ptr_equal(out, rows[i].text ? NULL : &backend);
        if (rows[i].text)
            assert_non_null(strstr(err.text, rows[i].text));
        if (rows[i].text && !rows[i].name) {
            assert_int_equal(err.code, MXC_UNAVAILABLE);
            assert_string_equal(err.where, "/containment");
        }
    }
}

static const char *one = "x";
static struct mxc_rule rule;

/* One policy for each feature, that needs it and little else. */
static const struct {
    struct mxc_policy policy;
    unsigned needs;
    const char *pointer; /* of the refusal by a backend that lacks it */
} needs[] = {
    { { .filesystem.readonly = { &one, 1 } }, MXC_CAN(READONLY), "/filesystem/readonlyPaths" },
    { { .filesystem.readwrite = { &one, 1 } }, MXC_CAN(READWRITE), "/filesystem/readwritePaths" },
    { { .filesystem.denied = { &one, 1 } }, MXC_CAN(DENIED), "/filesystem/deniedPaths" },
    { { .process.cwd = "/" }, MXC_CAN(CWD), "/process/cwd" },
    { { .process.timeout_ms = 1 }, MXC_CAN(TIMEOUT), "/process/timeout" },
    { { .network.default_allow = true }, MXC_CAN(NETWORK_RULES), "/network/defaultPolicy" },
    { { .network.allowed_hosts = { &one, 1 } }, MXC_CAN(NETWORK_RULES), "/network/allowedHosts" },
    { { .network.egress_allow = true }, MXC_CAN(NETWORK_RULES), "/network/egress/default" },
    { { .network.allow = { &rule, 1 } }, MXC_CAN(NETWORK_RULES), "/network/egress/allow" },
    { { .network.ingress_allow = true }, MXC_CAN(NETWORK_RULES), "/network/ingress/default" },
    { { .network.host_loopback_allow = true },
      MXC_CAN(NETWORK_RULES),
      "/network/ingress/hostLoopback" },
    { { .network = { .proxy_url = "http://localhost:1", .proxy_pointer = "/network/proxy/url" } },
      MXC_CAN(NETWORK_PROXY),
      "/network/proxy/url" },
    { { .network = { .proxy_url = "x", .proxy_pointer = "/runtimeConfig/networkProxy" } },
      MXC_CAN(NETWORK_PROXY),
      "/runtimeConfig/networkProxy" },
    { { .network.proxy_builtin = true },
      MXC_CAN(NETWORK_PROXY),
      "/network/proxy/builtinTestServer" },
    { { .limits.memory_mb = 1 }, MXC_CAN(LIMIT_MEMORY), "/limits/memoryMb" },
    { { .limits.processes = 1 }, MXC_CAN(LIMIT_PROCESSES), "/limits/processes" },
    { { .limits.cpu_percent = 1 }, MXC_CAN(LIMIT_CPU), "/limits/cpuPercent" },
    { { .limits.open_files = 1 }, MXC_CAN(LIMIT_OPEN_FILES), "/limits/openFiles" },
    { { .limits.file_size_mb = 1 }, MXC_CAN(LIMIT_FILE_SIZE), "/limits/fileSizeMb" },
    { { .limits.tmp_mb = 1 }, MXC_CAN(LIMIT_TMP), "/limits/tmpMb" },
    { { .limits.output_mb = 1 }, MXC_CAN(LIMIT_OUTPUT), "/limits/outputMb" },
};

static void test_needs(void **state)
{
    const unsigned always = MXC_CAN(ENVIRONMENT) | MXC_CAN(UI_DISABLE);
    struct mxc_policy empty = { 0 };
    struct mxc_policy shown = { .ui = { .present = true, .disable = false } };
    unsigned seen = always | MXC_CAN(NETWORK_DENY);

    (void)state;
    assert_int_equal(mxc_run_needs(&empty), always | MXC_CAN(NETWORK_DENY));
    assert_int_equal(mxc_run_needs(&shown), MXC_CAN(ENVIRONMENT) | MXC_CAN(NETWORK_DENY));
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        bool network = needs[i].needs & (MXC_CAN(NETWORK_RULES) | MXC_CAN(NETWORK_PROXY));

        assert_int_equal(mxc_run_needs(&needs[i].policy),
                         always | needs[i].needs | (network ? 0 : MXC_CAN(NETWORK_DENY)));
        seen |= needs[i].needs;
    }
    assert_int_equal(seen, (1u << MXC_FEATURE_COUNT) - 1); /* no feature without a policy here */
}

/* A backend with every bit but one refuses just the policies that need it, and never plans them. */
static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        struct mxc_backend able = backend, unable = backend;
        struct mxc_plan plan = { 0 };
        struct mxc_err err = { 0 };

        able.can = ~0u;
        unable.can = ~needs[i].needs;
        fake.planned = false;
        assert_int_equal(mxc_run_plan(NULL, &unable, &needs[i].policy, NULL, &plan, &err), -1);
        assert_false(fake.planned);
        assert_int_equal(err.code, MXC_POLICY_REFUSED);
        assert_string_equal(err.where, needs[i].pointer);
        assert_int_equal(mxc_run_plan(NULL, &able, &needs[i].policy, NULL, &plan, &err), 0);
        assert_true(fake.planned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_execute, reset),
        cmocka_unit_test_setup(test_start_fails, reset),
        cmocka_unit_test_setup(test_start_refuses, reset),
        cmocka_unit_test_setup(test_wait_fails, reset),
        cmocka_unit_test_setup(test_select, reset),
        cmocka_unit_test_setup(test_needs, reset),
        cmocka_unit_test_setup(test_refusals, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
