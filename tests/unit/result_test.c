/* SPDX-License-Identifier: MIT */
/* How ends of runs are told: status, sentence, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/result.h"

static struct mxc_step steps[] = {
    { .kind = MXC_STEP_LIMIT, .from = "processes", .size = 9 },
    { .kind = MXC_STEP_LIMIT, .from = "memoryMb", .size = 64 },
    { .kind = MXC_STEP_LIMIT, .from = "outputMb", .size = 5 },
    { .kind = MXC_STEP_TIMEOUT, .size = 1500 },
};
static const struct mxc_plan plan = { .steps = steps, .count = 4 };

static const struct {
    struct mxc_exit exit;
    int status;
    const char *sentence; /* NULL: none */
} rows[] = {
    { { .reason = MXC_REASON_EXIT, .code = 0 }, 0, NULL },
    { { .reason = MXC_REASON_EXIT, .code = 255 }, 255, NULL },
    { { .reason = MXC_REASON_SIGNAL, .signal = 9 }, 137, NULL },
    { { .reason = MXC_REASON_TIMEOUT, .signal = 9 }, 255, "script timed out after 1500ms" },
    { { .reason = MXC_REASON_OOM, .signal = 9 },
      137,
      "script ran out of its 64 MB of memory (/limits/memoryMb)" },
    { { .reason = MXC_REASON_PIDS, .code = 2 },
      2,
      "script reached its limit of 9 processes (/limits/processes)" },
    { { .reason = MXC_REASON_OUTPUT, .signal = 9 },
      255,
      "script wrote more than 5 MB of output (/limits/outputMb)" },
    { { .reason = MXC_REASON_DISK, .code = 1 },
      1,
      "script filled its disk space (/limits/tmpMb, /limits/fileSizeMb)" },
    { { .reason = MXC_REASON_DISK, .signal = 25 },
      153,
      "script filled its disk space (/limits/tmpMb, /limits/fileSizeMb)" },
    { { .reason = MXC_REASON_REFUSED }, 255, NULL },
    { { .reason = MXC_REASON_SETUP }, 255, NULL },
    { { .reason = MXC_REASON_FAILED, .signal = 9 }, 255, NULL },
    { { .reason = MXC_REASON_INTERRUPTED, .signal = 15 }, 143, NULL },
    { { .reason = MXC_REASON_INTERRUPTED, .signal = 1 }, 129, NULL },
};

static void test_ends(void **state)
{
    struct mxc_arena arena = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *sentence = mxc_exit_sentence(&arena, &plan, &rows[i].exit);

        assert_int_equal(mxc_exit_status(&rows[i].exit), rows[i].status);
        if (rows[i].sentence)
            assert_string_equal(sentence, rows[i].sentence);
        else
            assert_null(sentence);
    }
    mxc_arena_done(&arena);
}

static void check_json(const struct mxc_result *result, const char *want)
{
    auto_buf text = { 0 };

    mxc_result_json(result, &text);
    assert_string_equal(text.data, want);
}

static void test_json_of_a_run(void **state)
{
    const struct mxc_exit exit = { .reason = MXC_REASON_EXIT,
                                   .code = 3,
                                   .setup_us = 1005,
                                   .run_us = 20000,
                                   .cpu_us = 7,
                                   .peak_memory = 4096,
                                   .enforced = { { "landlock", "abi 7" }, { "a\"b", "c" } },
                                   .enforced_count = 2 };
    const struct mxc_result result = { "native", "2026-01-02T03:04:05.678Z", &exit, NULL };

    (void)state;
    check_json(
        &result,
        "{\"version\":1,\"backend\":\"native\",\"reason\":\"exit\",\"exitCode\":3,"
        "\"signal\":null,\"startedAt\":\"2026-01-02T03:04:05.678Z\",\"setupMs\":1.005,"
        "\"runMs\":20.000,\"cpuMs\":0.007,\"peakMemoryBytes\":4096,"
        "\"enforced\":{\"landlock\":\"abi 7\",\"a\\\"b\":\"c\"},\"denials\":null,\"denialsMore\":0,"
        "\"error\":null}\n");
}

static void test_json_of_a_refusal(void **state)
{
    const struct mxc_exit exit = { .reason = MXC_REASON_REFUSED };
    struct mxc_err err;
    const struct mxc_result result = { NULL, NULL, &exit, &err };

    (void)state;
    (void)mxc_fail(&err, MXC_POLICY_REFUSED, 0, "/a", "say \"no\"");
    err.line = 2;
    err.column = 5;
    check_json(
        &result,
        "{\"version\":1,\"backend\":null,\"reason\":\"refused\",\"exitCode\":null,"
        "\"signal\":null,\"startedAt\":null,\"setupMs\":0.000,\"runMs\":0.000,\"cpuMs\":0.000,"
        "\"peakMemoryBytes\":null,\"enforced\":{},\"denials\":null,\"denialsMore\":0,\"error\":{"
        "\"code\":\"policy_validation\","
        "\"message\":\"say \\\"no\\\"\",\"where\":\"/a\",\"line\":2,\"column\":5}}\n");
}

static void test_json_of_denials(void **state)
{
    static const struct mxc_network network = { .form = MXC_NET_LEGACY };
    const struct mxc_net_event event = {
        .kind = MXC_NET_LIMITED, .count = 3, .why = MXC_WHY_LIMIT, .rule = MXC_NO_RULE
    };
    const struct mxc_net_event untold = { .kind = MXC_NET_UNTOLD, .count = 8, .rule = MXC_NO_RULE };
    const struct mxc_exit exit = { .reason = MXC_REASON_EXIT };
    struct mxc_events *events = mxc_events_new(&network, -1);
    const struct mxc_result result = { "native", NULL, &exit, NULL, events };
    auto_buf text = { 0 };

    (void)state;
    mxc_events_take(events, &event);
    mxc_events_take(events, &untold);
    mxc_result_json(&result, &text);
    assert_non_null(strstr(text.data,
                           "\"denials\":[{\"kind\":\"limited\",\"why\":\"limit\",\"count\":3}],"
                           "\"denialsMore\":8,\"error\":null}\n"));
    mxc_events_free(events);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(mxc_reason_text(MXC_REASON_EXIT), "exit");
    assert_string_equal(mxc_reason_text(MXC_REASON_INTERRUPTED), "interrupted");
    for (unsigned i = 0; i < MXC_FEATURE_COUNT; i++)
        assert_int_equal(mxc_feature(i)->pointer[0], '/');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_json_of_a_run),
        cmocka_unit_test(test_json_of_a_refusal),
        cmocka_unit_test(test_json_of_denials),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
