/* SPDX-License-Identifier: MIT */
/* Words of a command line: options by their table, quoting for a shell, times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/source.h"

struct given {
    bool flag;
    const char *text;
    struct mxc_words list;
};

static const struct mxc_option table[] = {
    { .name = "flag", .kind = MXC_OPTION_FLAG, .offset = offsetof(struct given, flag) },
    { .name = "text",
      .kind = MXC_OPTION_TEXT,
      .offset = offsetof(struct given, text),
      .argument = "T" },
    { .name = "list",
      .kind = MXC_OPTION_LIST,
      .offset = offsetof(struct given, list),
      .argument = "L" },
    { 0 },
};

enum { OK = -1, WORDS = 8 };

static int parse(const struct mxc_syntax *syntax, const char *const *words, struct given *given,
                 struct mxc_args *args, struct mxc_arena *arena)
{
    struct mxc_parse_error problem = { 0 };
    char copies[WORDS][16];
    char *argv[WORDS];
    int argc = 0;

    for (; words[argc]; argc++)
        argv[argc] = strcpy(copies[argc], words[argc]);
    *given = (struct given){ 0 };
    return mxc_options_parse(arena, syntax, argc, argv, given, args, &problem) < 0
               ? (int)problem.problem
               : OK;
}

static const struct {
    const char *words[WORDS];
    bool command;
    int result;
    size_t lists, positionals, commands;
} rows[] = {
    { { NULL }, false, OK, 0, 0, 0 },
    { { "--flag", "a" }, false, OK, 0, 1, 0 },
    { { "a", "--text", "b", "--list=c", "--list", "d" }, false, OK, 2, 1, 0 },
    { { "--text=-x" }, false, OK, 0, 0, 0 },
    { { "--text=" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--text", "" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--list=" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--list", "a", "--list", "" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--text", "-" }, false, OK, 0, 0, 0 },
    { { "-" }, false, OK, 0, 1, 0 },
    { { "" }, false, OK, 0, 1, 0 },
    { { "--", "--flag" }, false, OK, 0, 1, 0 },
    { { "--", "--flag", "b", "--" }, true, OK, 0, 0, 3 },
    { { "a", "--", "b" }, true, OK, 0, 1, 1 },
    { { "a", "--", "b" }, false, MXC_PARSE_EXTRA, 0, 0, 0 },
    { { "a", "b" }, true, MXC_PARSE_EXTRA, 0, 0, 0 },
    { { "--fla" }, false, MXC_PARSE_UNKNOWN, 0, 0, 0 },
    { { "--flagg" }, false, MXC_PARSE_UNKNOWN, 0, 0, 0 },
    { { "-f" }, false, MXC_PARSE_UNKNOWN, 0, 0, 0 },
    { { "--=" }, false, MXC_PARSE_UNKNOWN, 0, 0, 0 },
    { { "--text" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--text", "--flag" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--text", "--", "a" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--list", "-x" }, false, MXC_PARSE_NO_VALUE, 0, 0, 0 },
    { { "--flag=1" }, false, MXC_PARSE_UNWANTED, 0, 0, 0 },
    { { "--flag=" }, false, MXC_PARSE_UNWANTED, 0, 0, 0 },
    { { "--flag", "--flag" }, false, MXC_PARSE_TWICE, 0, 0, 0 },
    { { "--text=a", "--text=a" }, false, MXC_PARSE_TWICE, 0, 0, 0 },
};

static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_arena arena = { 0 };
        struct given given;
        struct mxc_args args;
        const struct mxc_syntax syntax = { table, 1, rows[i].command, false };

        assert_int_equal(parse(&syntax, rows[i].words, &given, &args, &arena), rows[i].result);
        if (rows[i].result == OK) {
            assert_int_equal(given.list.count, rows[i].lists);
            assert_int_equal(args.positional.count, rows[i].positionals);
            assert_int_equal(args.command.count, rows[i].commands);
        }
        mxc_arena_done(&arena);
    }
}

static void test_empty_values(void **state)
{
    static const struct mxc_syntax syntax = { table, 1, false, true };
    static const char *const words[WORDS] = { "--text=", "--list", "", NULL };
    struct mxc_arena arena = { 0 };
    struct given given;
    struct mxc_args args;

    (void)state;
    assert_int_equal(parse(&syntax, words, &given, &args, &arena), OK);
    assert_string_equal(given.text, "");
    assert_int_equal(given.list.count, 1);
    mxc_arena_done(&arena);
}

static void test_nearest(void **state)
{
    (void)state;
    assert_string_equal(mxc_options_nearest(table, "flga")->name, "flag");
    assert_string_equal(mxc_options_nearest(table, "lists")->name, "list");
    assert_null(mxc_options_nearest(table, "completely-different"));
}

static void test_quote(void **state)
{
    static const struct {
        const char *words[4];
        const char *line;
    } lines[] = {
        { { "ls", "-l", "/usr/bin" }, "ls -l /usr/bin" },
        { { "echo", "a b", "it's", "" }, "echo 'a b' 'it'\\''s' ''" },
        { { "A=b", "env" }, "'A=b' env" },
        { { "if", "if" }, "'if' if" },
        { { "echo", "$HOME", "`id`", "\n" }, "echo '$HOME' '`id`' '\n'" },
        { { "~/x", "*", "{a,b}", "!" }, "'~/x' '*' '{a,b}' '!'" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct mxc_arena arena = { 0 };
        struct mxc_words words = { (const char **)(uintptr_t)lines[i].words, 0 };

        while (words.count < 4 && lines[i].words[words.count])
            words.count++;
        assert_string_equal(mxc_source_quote(&arena, &words), lines[i].line);
        mxc_arena_done(&arena);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        uint32_t ms; /* 0: refused */
    } times[] = {
        { "1ms", 1 },
        { "5s", 5000 },
        { "1.5s", 1500 },
        { "0.001s", 1 },
        { "2m", 120000 },
        { "1h", 3600000 },
        { "1.25m", 75000 },
        { "0.5ms", 0 },
        { "", 0 },
        { "5", 0 },
        { "s", 0 },
        { ".5s", 0 },
        { "5.s", 0 },
        { "5 s", 0 },
        { " 5s", 0 },
        { "-5s", 0 },
        { "5S", 0 },
        { "5s ", 0 },
        { "0s", 0 },
        { "1e3ms", 0 },
        { "4294967295ms", 0 },
        { "429496729ms", 429496729 },
        { "1193h", 4294800000 },
        { "1194h", 0 },
        { "99999999999999999999s", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_int_equal(mxc_source_duration(times[i].text), times[i].ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),   cmocka_unit_test(test_empty_values),
        cmocka_unit_test(test_nearest),   cmocka_unit_test(test_quote),
        cmocka_unit_test(test_durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
