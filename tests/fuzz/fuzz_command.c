/* SPDX-License-Identifier: MIT */
/* Command lines: the words of an input, separated by NUL, for mxc, or for lxc-exec when that is the first.
 * What only prints is run as a whole on an invented host; what would start, open or write something only as
 * far as its words are read. */
#include <string.h>

#include "cli/lxc_exec.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "fuzz.h"

#define WORDS_MAX 24

struct line {
    char *words[WORDS_MAX + 1];
    int count;
};

struct parsed {
    int result;
    struct mxc_args args;
    struct mxc_parse_error problem;
    void *options;
};

static bool is_word(const struct line *line, const char *text)
{
    for (int i = 1; i < line->count; i++)
        if (line->words[i] == text)
            return true;
    return false;
}

/* Everything comes from the command line, in its order. */
static void check_parsed(const struct line *line, const struct mxc_syntax *syntax,
                         const struct parsed *parsed)
{
    const struct mxc_args *args = &parsed->args;

    if (parsed->result < 0) {
        bool option = parsed->problem.problem == MXC_PARSE_NO_VALUE ||
                      parsed->problem.problem == MXC_PARSE_UNWANTED ||
                      parsed->problem.problem == MXC_PARSE_TWICE;

        FUZZ_CHECK(!option || parsed->problem.option, line->words[0]);
        FUZZ_CHECK(parsed->problem.problem != MXC_PARSE_MEMORY, line->words[0]);
        return;
    }
    FUZZ_CHECK(args->positional.count <= syntax->positional_max, line->words[0]);
    for (size_t i = 0; i < args->positional.count; i++)
        FUZZ_CHECK(is_word(line, args->positional.items[i]), args->positional.items[i]);
    FUZZ_CHECK(!args->command.count || (args->has_command && syntax->command), line->words[0]);
    for (size_t i = 0; i < args->command.count; i++) {
        size_t at = (size_t)line->count - args->command.count + i;

        FUZZ_CHECK(args->command.items[i] == line->words[at], line->words[at]);
    }
    if (args->has_command)
        FUZZ_CHECK(!strcmp(line->words[(size_t)line->count - args->command.count - 1], "--"),
                   line->words[0]);
}

static struct parsed parse(struct mxc_arena *arena, const struct line *line,
                           const struct mxc_command *command)
{
    struct parsed parsed = { .options = mxc_arena_alloc(arena, command->options_size + 1) };
    char *words[WORDS_MAX + 1];

    memcpy(words, line->words, sizeof words);
    parsed.result = mxc_options_parse(arena, &command->syntax, line->count - 1, words + 1,
                                      parsed.options, &parsed.args, &parsed.problem);
    check_parsed(line, &command->syntax, &parsed);
    return parsed;
}

/* A policy made of options is read, or refused by the name of the option. */
static void read_source(struct mxc_arena *arena, const struct parsed *parsed)
{
    const struct mxc_source *source = parsed->options;
    struct mxc_request request = { .arena = arena };
    struct mxc_err err;

    if (parsed->args.positional.count)
        return;
    if (mxc_source_read(source, &parsed->args, &request, &err) == 0) {
        FUZZ_CHECK(request.policy.process.command_line, NULL);
        return;
    }
    fuzz_check_error(&err);
    if (request.config.from_options)
        FUZZ_CHECK(err.where[0] != '/' && !err.line, err.where);
}

static bool has_verb(const char *const *list, const char *verb)
{
    while (*list && strcmp(*list, verb) != 0)
        list++;
    return *list;
}

/* Does it only print, and only about its words? */
static bool only_prints(const struct mxc_command *command, const struct parsed *parsed)
{
    static const char *const quiet[] = { "help", "schema", "completions", NULL };
    const struct mxc_lxc_options *lxc = parsed->options;

    if (parsed->result < 0 || parsed->args.help || has_verb(quiet, command->name))
        return true;
    if (!strcmp(command->name, "plan"))
        return !parsed->args.positional.count;
    if (command != &mxc_command_lxc_exec || lxc->log_file)
        return false;
    if (lxc->setup_hyperlight || lxc->delete_container)
        return true;
    return !lxc->available_backends && lxc->dry_run && lxc->config_base64;
}

/* Whole lines, one of errors for mxc; JSON where that was wanted. */
static void check_output(const struct line *line, int status)
{
    const char *out = fuzz_output[1].data, *err = fuzz_output[2].data;
    bool json = false;

    FUZZ_CHECK(status >= 0 && status <= 255, line->words[0]);
    FUZZ_CHECK(!out || fuzz_is_lines(out), out);
    FUZZ_CHECK(!err || fuzz_is_lines(err), err);
    FUZZ_CHECK(status != 2 || err, line->words[0]);
    FUZZ_CHECK(status != 0 || !err, err);
    if (!strcmp(line->words[0], "lxc-exec"))
        return;
    for (int i = 1; i < line->count && strcmp(line->words[i], "--") != 0; i++)
        json |= !strcmp(line->words[i], "--json");
    if (err)
        FUZZ_CHECK(strchr(err, '\n')[1] == '\0', err);
    if (err && json && mxc_command_find(line->words[0]))
        FUZZ_CHECK(fuzz_is_json(err), err);
}

static void run_whole(const struct line *line, const struct mxc_command *command)
{
    char *words[WORDS_MAX + 1];
    int status;

    memcpy(words, line->words, sizeof words);
    fuzz_catch_output();
    if (command == &mxc_command_lxc_exec)
        status = mxc_lxc_exec_main(line->count - 1, words + 1);
    else
        status = mxc_main(line->count, words);
    check_output(line, status);
    fuzz_forget_output();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct mxc_arena arena = { 0 };
    struct line line = { 0 };
    const struct mxc_command *command;
    struct parsed parsed;

    while (line.count < WORDS_MAX && input.left)
        line.words[line.count++] = fuzz_text_until(&input, &arena, '\0');
    if (!line.count)
        line.words[line.count++] = mxc_arena_copy(&arena, "");
    command =
        strcmp(line.words[0], "lxc-exec") ? mxc_command_find(line.words[0]) : &mxc_command_lxc_exec;
    if (!command) {
        run_whole(&line, NULL);
    } else {
        parsed = parse(&arena, &line, command);
        if (!strcmp(command->name, "run") && parsed.result == 0 && !parsed.args.help)
            read_source(&arena, &parsed);
        if (only_prints(command, &parsed))
            run_whole(&line, command);
    }
    mxc_arena_done(&arena);
    return 0;
}
