/* SPDX-License-Identifier: MIT */
/* Every way in which a text from outside reaches a line that we print: as JSON, in an error, in a log, in a
 * plan, as words of a shell. Nothing of it may end a line, steer a terminal or mean something else. */
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/lxc_exec.h"
#include "cli/source.h"
#include "fuzz.h"
#include "plan/plan.h"
#include "policy/text.h"
#include "run/result.h"

static bool is_utf8(const char *text)
{
    return mxc_utf8_check(text, strlen(text)) == strlen(text);
}

/* A reader of JSON gets the same text. */
static void check_json(const char *text)
{
    json_t *value;
    auto_buf line = { 0 };

    mxc_buf_json(&line, text);
    FUZZ_CHECK(fuzz_is_line(line.data), text);
    value = json_loads(line.data, JSON_DECODE_ANY, NULL);
    FUZZ_CHECK(json_is_string(value), text);
    FUZZ_CHECK(!is_utf8(text) || !strcmp(json_string_value(value), text), text);
    json_decref(value);
}

static void check_shown(const char *text)
{
    struct mxc_shown shown;
    auto_buf line = { 0 };

    mxc_buf_add(&line, "");
    mxc_text_escape(&line, text, strlen(text));
    FUZZ_CHECK(fuzz_is_line(line.data) && is_utf8(line.data), text);
    mxc_shown(&shown, text, strlen(text));
    FUZZ_CHECK(memchr(shown.text, '\0', sizeof shown.text), NULL);
    FUZZ_CHECK(fuzz_is_line(shown.text) && is_utf8(shown.text), text);
}

static void check_errors(const char *text)
{
    struct mxc_cli cli = { .program = "mxc" };
    struct mxc_err err;
    auto_buf sentence = { 0 };

    (void)mxc_fail(&err, MXC_BACKEND, 2, text, "it is about '%s'", text);
    fuzz_check_error(&err);
    err.line = err.column = 7;
    fuzz_catch_output();
    (void)mxc_cli_fail(&cli, text, &err);
    FUZZ_CHECK(fuzz_is_lines(fuzz_output[2].data), fuzz_output[2].data);
    FUZZ_CHECK(strchr(fuzz_output[2].data, '\n')[1] == '\0', fuzz_output[2].data);
    fuzz_forget_output();

    cli.json = true;
    fuzz_catch_output();
    (void)mxc_cli_fail(&cli, text, &err);
    FUZZ_CHECK(fuzz_is_lines(fuzz_output[2].data) && fuzz_is_json(fuzz_output[2].data),
               fuzz_output[2].data);
    fuzz_forget_output();

    mxc_lxc_describe(&err, &sentence);
    FUZZ_CHECK(fuzz_is_line(sentence.data), sentence.data);
    fuzz_catch_output();
    mxc_lxc_envelope(STDERR_FILENO, &(struct mxc_lxc_envelope){ "backend_error", text });
    FUZZ_CHECK(fuzz_is_lines(fuzz_output[2].data) && fuzz_is_json(fuzz_output[2].data),
               fuzz_output[2].data);
    fuzz_forget_output();
}

static void check_log(const char *text)
{
    struct mxc_lxc_log log = { .file = -1 };

    mxc_lxc_log_line(&log, "Container name: %s", text);
    FUZZ_CHECK(fuzz_is_lines(log.kept.data), text);
    FUZZ_CHECK(strchr(log.kept.data, '\n')[1] == '\0', text);
    mxc_lxc_log_done(&log);
}

/* The opposite of what mxc_plan_text() does to a text. */
static const char *unescape(struct mxc_arena *arena, const char *line, size_t length)
{
    char *text = mxc_arena_copy_n(arena, line, length);
    char *to = text;

    for (const char *at = text; *at;) {
        unsigned byte;

        if (at[0] == '\\' && at[1] == 'x' && sscanf(at + 2, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            at += 4;
        } else {
            at += at[0] == '\\';
            *to++ = *at++;
        }
    }
    *to = '\0';
    return text;
}

/* One step is one line, and its fields can be read back. */
static void check_plan(const char *text, struct mxc_arena *arena)
{
    static const struct mxc_step kinds[] = {
        { .kind = MXC_STEP_BIND, .flags = MXC_STEP_RW | MXC_STEP_RECURSIVE },
        { .kind = MXC_STEP_SYMLINK },
        { .kind = MXC_STEP_COMMAND },
        { .kind = MXC_STEP_NOTE },
    };
    struct mxc_plan plan = { .arena = arena };
    const char *end;
    auto_buf lines = { 0 };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct mxc_step step = kinds[i];

        step.from = step.to = text;
        FUZZ_CHECK(mxc_plan_add(&plan, &step, NULL) == 0, NULL);
    }
    mxc_plan_text(&plan, &lines);
    FUZZ_CHECK(fuzz_is_lines(lines.data), text);
    end = strchr(lines.data, ' ') + 1;
    end += strcspn(end, " ");
    FUZZ_CHECK(!strncmp(end, " -> ", 4), lines.data);
    FUZZ_CHECK(!strcmp(unescape(arena, lines.data + 5, (size_t)(end - lines.data) - 5), text),
               text);
    end = lines.data;
    for (size_t i = 0; i < plan.count; i++)
        end = strchr(end, '\n') + 1;
    FUZZ_CHECK(!*end, lines.data);
}

/* What a shell makes of a line without expansions: words in quotes or plain. NULL: not such a line. */
static const char *next_word(struct mxc_arena *arena, const char **line)
{
    auto_buf word = { 0 };

    mxc_buf_add(&word, "");
    while (**line == ' ')
        ++*line;
    for (; **line && **line != ' '; ++*line) {
        if (**line == '\\') {
            FUZZ_CHECK((*line)[1] == '\'', *line);
            mxc_buf_add_n(&word, ++*line, 1);
        } else if (**line == '\'') {
            const char *from = ++*line;

            *line += strcspn(*line, "'");
            FUZZ_CHECK(**line, from);
            mxc_buf_add_n(&word, from, (size_t)(*line - from));
        } else {
            FUZZ_CHECK(!strchr("|&;<>()$`\"\t\n*?[#~={}!", **line), *line);
            mxc_buf_add_n(&word, *line, 1);
        }
    }
    return mxc_arena_copy(arena, word.data);
}

static void check_words(struct fuzz_input input, struct mxc_arena *arena)
{
    const char *items[8];
    struct mxc_words words = { .items = items };
    const char *line;

    while (words.count < 8 && input.left)
        items[words.count++] = fuzz_text_until(&input, arena, '\n');
    if (!words.count)
        return;
    line = mxc_source_quote(arena, &words);
    FUZZ_CHECK(line, NULL);
    for (size_t i = 0; i < words.count; i++) {
        const char *word = next_word(arena, &line);

        FUZZ_CHECK(!strcmp(word, items[i]), items[i]);
    }
    FUZZ_CHECK(!*line, line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size }, copy = input;
    struct mxc_arena arena = { 0 };
    const char *text = fuzz_rest(&input, &arena);

    check_json(text);
    check_shown(text);
    check_errors(text);
    check_log(text);
    check_plan(text, &arena);
    check_words(copy, &arena);
    mxc_arena_done(&arena);
    return 0;
}
