/* SPDX-License-Identifier: MIT */
/* Reading a command line by its table. */
#include "cli/options.h"

#include <string.h>

#include "policy/suggest.h"

struct parser {
    struct mxc_arena *arena;
    const struct mxc_syntax *syntax;
    char *fields; /* the verb's options struct */
    int argc;
    char **argv;
    int next; /* index of the next word */
    struct mxc_args *out;
    struct mxc_parse_error *problem;
};

static int fail(struct parser *parser, enum mxc_parse_problem problem, const char *text,
                const struct mxc_option *option)
{
    *parser->problem = (struct mxc_parse_error){ problem, text, option };
    return -1;
}

/* A list never holds more words than the command line has. */
static int add_word(struct parser *parser, struct mxc_words *words, const char *word)
{
    if (!words->items)
        words->items = mxc_arena_alloc(parser->arena, (size_t)parser->argc * sizeof *words->items);
    if (!words->items)
        return fail(parser, MXC_PARSE_MEMORY, word, NULL);
    words->items[words->count++] = word;
    return 0;
}

/* 'name' ends at "=" or at its end. */
static const struct mxc_option *find(const struct mxc_option *options, const char *name,
                                     size_t length)
{
    for (; options->name; options++)
        if (strlen(options->name) == length && !memcmp(options->name, name, length))
            return options;
    return NULL;
}

static int store_flag(struct parser *parser, const struct mxc_option *option, const char *value)
{
    bool *field = (bool *)(void *)(parser->fields + option->offset);

    if (value)
        return fail(parser, MXC_PARSE_UNWANTED, value, option);
    if (*field)
        return fail(parser, MXC_PARSE_TWICE, NULL, option);
    *field = true;
    return 0;
}

static int store_value(struct parser *parser, const struct mxc_option *option, const char *value)
{
    void *field = parser->fields + option->offset;

    if (!value) {
        const char *word = parser->next < parser->argc ? parser->argv[parser->next] : NULL;

        /* A word that looks like an option is one; a value like that is written --name=-value. */
        if (!word || (word[0] == '-' && word[1]))
            return fail(parser, MXC_PARSE_NO_VALUE, NULL, option);
        parser->next++;
        value = word;
    }
    if (!*value && !parser->syntax->empty)
        return fail(parser, MXC_PARSE_NO_VALUE, NULL, option);
    if (option->kind == MXC_OPTION_LIST)
        return add_word(parser, field, value);
    if (*(const char **)field)
        return fail(parser, MXC_PARSE_TWICE, NULL, option);
    *(const char **)field = value;
    return 0;
}

static int read_option(struct parser *parser, const char *word)
{
    const char *name = word + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] ? name + length + 1 : NULL;
    const struct mxc_option *option = NULL;

    if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
        parser->out->help = true;
        return 0;
    }
    if (word[1] == '-')
        option = find(parser->syntax->options, name, length);
    if (!option)
        return fail(parser, MXC_PARSE_UNKNOWN, word, NULL);
    if (option->kind == MXC_OPTION_FLAG)
        return store_flag(parser, option, value);
    return store_value(parser, option, value);
}

static int read_positional(struct parser *parser, const char *word)
{
    if (parser->out->positional.count == parser->syntax->positional_max)
        return fail(parser, MXC_PARSE_EXTRA, word, NULL);
    return add_word(parser, &parser->out->positional, word);
}

/* After "--": the command, or positionals that may look like options. */
static int read_rest(struct parser *parser)
{
    parser->out->has_command = parser->syntax->command;
    while (parser->next < parser->argc) {
        const char *word = parser->argv[parser->next++];

        if (parser->syntax->command ? add_word(parser, &parser->out->command, word) < 0
                                    : read_positional(parser, word) < 0)
            return -1;
    }
    return 0;
}

int mxc_options_parse(struct mxc_arena *arena, const struct mxc_syntax *syntax, int argc,
                      char **argv, void *options, struct mxc_args *out,
                      struct mxc_parse_error *problem)
{
    struct parser parser = { arena, syntax, options, argc, argv, 0, out, problem };

    *out = (struct mxc_args){ 0 };
    while (parser.next < argc && !out->help) {
        const char *word = argv[parser.next++];

        if (!strcmp(word, "--"))
            return read_rest(&parser);
        if (word[0] == '-' && word[1] ? read_option(&parser, word) < 0
                                      : read_positional(&parser, word) < 0)
            return -1;
    }
    return 0;
}

const struct mxc_option *mxc_options_nearest(const struct mxc_option *options, const char *name)
{
    struct mxc_suggest suggest = { 0 };

    for (const struct mxc_option *option = options; option->name; option++)
        mxc_suggest_offer(&suggest, name, option->name);
    return suggest.best ? find(options, suggest.best, strlen(suggest.best)) : NULL;
}
