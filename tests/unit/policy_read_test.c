/* SPDX-License-Identifier: MIT */
/* What a text becomes: values, defaults, options. What is refused is in tests/policy/bad. */
#include "policy_test.h"

#define COMMAND "'process':{'commandLine':'true'}"

static void test_defaults(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(&arena, "{" COMMAND "}");

    (void)state;
    assert_int_equal(policy.version, MXC_V_CURRENT);
    assert_null(policy.version_text);
    assert_null(policy.container_id);
    assert_int_equal(policy.containment, MXC_CONTAIN_PROCESS);
    assert_false(policy.containment_present);
    assert_null(policy.containment_text);
    assert_string_equal(policy.process.command_line, "true");
    assert_null(policy.process.cwd);
    assert_false(policy.process.env_present);
    assert_int_equal(policy.process.timeout_ms, 0);
    assert_int_equal(policy.network.form, MXC_NET_ABSENT);
    assert_false(policy.network.default_allow);
    assert_false(policy.network.egress_allow);
    assert_null(policy.network.proxy_url);
    assert_false(policy.ui.present);
    assert_true(policy.ui.disable);
    assert_int_equal(policy.ui.clipboard, MXC_CLIP_NONE);
    assert_true(policy.destroy_on_exit);
    assert_false(policy.preserve_policy);
    assert_int_equal(policy.limits.processes, 0);
    assert_int_equal(policy.extensions.count, 0);
    mxc_arena_done(&arena);
}

static void test_process(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(
        &arena, "{'version':'0.9.0-alpha','containerId':'a b','process':{'commandLine':' x',"
                "'cwd':'/w','env':['A=1','B='],'inheritDefaultEnv':true,"
                "'timeout':4294967295},'lifecycle':{'destroyOnExit':false,"
                "'preservePolicy':true}}");

    (void)state;
    assert_int_equal(policy.version, MXC_V0_9);
    assert_string_equal(policy.version_text, "0.9.0-alpha");
    assert_string_equal(policy.container_id, "a b");
    assert_string_equal(policy.process.command_line, " x");
    assert_string_equal(policy.process.cwd, "/w");
    assert_true(policy.process.env_present);
    assert_int_equal(policy.process.env.count, 2);
    assert_string_equal(policy.process.env.items[0], "A=1");
    assert_string_equal(policy.process.env.items[1], "B=");
    assert_true(policy.process.inherit_default_env);
    assert_int_equal(policy.process.timeout_ms, UINT32_MAX);
    assert_false(policy.destroy_on_exit);
    assert_true(policy.preserve_policy);
    mxc_arena_done(&arena);
}

static void test_empty_is_absent(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy =
        read_good(&arena, "{'version':'','containerId':'','process':{'commandLine':'x','cwd':'',"
                          "'env':[]}}");

    (void)state;
    assert_int_equal(policy.version, MXC_V_CURRENT);
    assert_string_equal(policy.version_text, "");
    assert_null(policy.container_id);
    assert_null(policy.process.cwd);
    assert_true(policy.process.env_present);
    assert_int_equal(policy.process.env.count, 0);
    mxc_arena_done(&arena);
}

static void test_sections(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy = read_good(
        &arena, "{'version':'0.7.0'," COMMAND ",'containment':'lxc','lxc':{'distribution':"
                "'alpine','release':'3.23'},'filesystem':{'readwritePaths':['a','b'],"
                "'readonlyPaths':['c'],'deniedPaths':['/*']},'ui':{'disable':false,"
                "'clipboard':'write','injection':true},'experimental':{}}");

    (void)state;
    assert_int_equal(policy.containment, MXC_CONTAIN_LXC);
    assert_true(policy.containment_present);
    assert_string_equal(policy.lxc_distribution, "alpine");
    assert_string_equal(policy.lxc_release, "3.23");
    assert_int_equal(policy.filesystem.readwrite.count, 2);
    assert_string_equal(policy.filesystem.readwrite.items[1], "b");
    assert_string_equal(policy.filesystem.readonly.items[0], "c");
    assert_string_equal(policy.filesystem.denied.items[0], "/*");
    assert_true(policy.ui.present);
    assert_false(policy.ui.disable);
    assert_int_equal(policy.ui.clipboard, MXC_CLIP_WRITE);
    assert_true(policy.ui.injection);
    assert_true(policy.experimental_present);
    mxc_arena_done(&arena);
}

static void test_aliases(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy =
        read_good(&arena, "{'version':'0.4.0'," COMMAND ",'containment':'macos_sandbox'}");

    (void)state;
    assert_int_equal(policy.containment, MXC_CONTAIN_SEATBELT);
    assert_string_equal(policy.containment_text, "macos_sandbox");
    assert_string_equal(mxc_containment_name(policy.containment), "seatbelt");
    mxc_arena_done(&arena);
}

static void test_limits(void **state)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy =
        read_good(&arena, "{'version':'0.4.0'," COMMAND ",'containment':'native','limits':{"
                          "'memoryMb':1,'processes':2,'cpuPercent':3,'openFiles':14,'fileSizeMb':5,"
                          "'tmpMb':6,'outputMb':7}}");
    static const char *const pointers[] = { "/containment",       "/limits",
                                            "/limits/memoryMb",   "/limits/processes",
                                            "/limits/cpuPercent", "/limits/openFiles",
                                            "/limits/fileSizeMb", "/limits/tmpMb",
                                            "/limits/outputMb" };

    (void)state;
    assert_int_equal(policy.containment, MXC_CONTAIN_NATIVE);
    assert_int_equal(policy.limits.memory_mb, 1);
    assert_int_equal(policy.limits.processes, 2);
    assert_int_equal(policy.limits.cpu_percent, 3);
    assert_int_equal(policy.limits.open_files, 14);
    assert_int_equal(policy.limits.file_size_mb, 5);
    assert_int_equal(policy.limits.tmp_mb, 6);
    assert_int_equal(policy.limits.output_mb, 7);
    assert_int_equal(policy.extensions.count, COUNT(pointers));
    for (size_t i = 0; i < COUNT(pointers); i++)
        assert_string_equal(policy.extensions.items[i], pointers[i]);
    mxc_arena_done(&arena);
}

static void test_portable(void **state)
{
    static const struct mxc_read_options portable = { .portable = true };
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;

    (void)state;
    read_bad("{" COMMAND ",'limits':{}}", &portable, "/limits", "extension");
    read_bad("{" COMMAND ",'containment':'native'}", &portable, "/containment", "extension");
    read_bad("{'version':'0.7.0'," COMMAND ",'limits':{'processes':3}}", &portable, "/limits",
             "portable");
    read_bad("{" COMMAND ",'network':{'egress':{'allow':[{'to':[{'host':'a.example'}]}]}}}",
             &portable, "/network/egress/allow/0/to/0/host", "extension");
    read_bad("{" COMMAND ",'network':{'ingress':{'publish':[]}}}", &portable,
             "/network/ingress/publish", "extension");
    read_bad("{" COMMAND ",'containment':'nativ'}", &portable, "/containment", "or 'bubblewrap')");
    assert_int_equal(
        read_quoted(&arena, "{" COMMAND ",'containment':'bubblewrap'}", &portable, &policy, &err),
        0);
    assert_int_equal(read_quoted(&arena, "{'version':'0.7.0'," COMMAND ",'limits':null}", &portable,
                                 &policy, &err),
                     0);
    mxc_arena_done(&arena);
}

static void test_command(void **state)
{
    static const struct mxc_read_options options = { .command = "id -u" };
    static const char *const texts[] = {
        "{'process':{'commandLine':''}}",
        "{'process':{'commandLine':'x'}}",
        "{'process':{}}",
        "{'version':'0.7.0','process':null}",
        "{}",
    };
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(read_quoted(&arena, texts[i], &options, &policy, &err), 0);
        assert_string_equal(policy.process.command_line, "id -u");
    }
    read_bad("{'process':{'commandLine':1}}", &options, "/process/commandLine",
             "expected a string");
    read_bad("{'process':{'commandLine':null}}", &options, "/process/commandLine", "found null");
    read_bad("{'process':{'comandLine':'x'}}", &options, "/process/comandLine", "'commandLine'");
    mxc_arena_done(&arena);
}

/* No error shows what a program, its environment or a proxy URL may hold in secret. */
static void test_secrets(void **state)
{
    static const char *const texts[] = {
        "{'process':{'commandLine':'hunter2\\u0000'}}",
        "{'process':{'commandLine':'x','env':['hunter2']}}",
        "{'process':{'commandLine':'x','env':['=hunter2']}}",
        "{'process':{'commandLine':'x','env':['A=hunter2\\u0000']}}",
        "{'process':{'commandLine':'x','env':{'A':'hunter2'}}}",
        "{'process':{'commandLine':'x','timeout':'hunter2'}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'http://u:hunter2@h:1'}}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'http://u:hunter2@h'}}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'socks5://u:hunter2@h:1'}}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'http://h?hunter2'}}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'http://h:hunter2'}}}",
        "{'version':'0.7.0'," COMMAND ",'network':{'proxy':{'url':'http://u:hunter2 @h:1'}}}",
        "{" COMMAND ",'runtimeConfig':{'networkProxy':'http://u:hunter2@localhost:1'}}",
        "{" COMMAND ",'runtimeConfig':{'networkProxy':'ftp://u:hunter2@localhost:1'}}",
        "{" COMMAND ",'runtimeConfig':{'networkProxy':['hunter2']}}",
    };
    struct mxc_arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct mxc_policy policy;
        struct mxc_err err;

        assert_int_equal(read_quoted(&arena, texts[i], NULL, &policy, &err), -1);
        if (strstr(err.text, "hunter2") || strstr(err.where, "hunter2"))
            fail_msg("%s: %s", texts[i], err.text);
    }
    mxc_arena_done(&arena);
}

/* Long names and values do not overflow the error and are still located. */
static void test_long_names(void **state)
{
    char text[4000] = "{\n  \"process\": {\"commandLine\": \"x\", \"";
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;
    size_t start = strlen(text);

    (void)state;
    memset(text + start, 'k', 3000);
    memcpy(text + start + 3000, "\": 1}}", 7);
    assert_int_equal(mxc_policy_read(&arena, text, strlen(text), NULL, &policy, &err), -1);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 35);
    assert_int_equal(strncmp(err.where, "/process/kkk", 12), 0);
    assert_non_null(strstr(err.text, "kkk...'; known here: commandLine"));
    assert_int_equal(mxc_policy_read(&arena, text, strlen(text), NULL, &policy, NULL), -1);
    mxc_arena_done(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),        cmocka_unit_test(test_process),
        cmocka_unit_test(test_empty_is_absent), cmocka_unit_test(test_sections),
        cmocka_unit_test(test_aliases),         cmocka_unit_test(test_limits),
        cmocka_unit_test(test_portable),        cmocka_unit_test(test_command),
        cmocka_unit_test(test_secrets),         cmocka_unit_test(test_long_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
