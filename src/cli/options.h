/* SPDX-License-Identifier: MIT */
/* Command-line options as a table: the same rows parse, print help, write man pages and
 * completions. */
#ifndef MXC_CLI_OPTIONS_H
#define MXC_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Words in the order of the command line. */
struct mxc_words {
    const char **items;
    size_t count;
};

enum mxc_option_kind {
    MXC_OPTION_FLAG, /* bool */
    MXC_OPTION_TEXT, /* const char *; at most once */
    MXC_OPTION_LIST, /* struct mxc_words; as often as wanted */
};

/* What a shell may offer for a value. */
enum mxc_complete {
    MXC_COMPLETE_NONE,
    MXC_COMPLETE_FILE,
    MXC_COMPLETE_DIRECTORY,
    MXC_COMPLETE_WORDS
};

struct mxc_option {
    const char *name; /* without the dashes; NULL ends a table */
    enum mxc_option_kind kind;
    unsigned offset;      /* of the field in the verb's options struct */
    const char *argument; /* name of the value in help ("PATH"); NULL for a flag */
    const char *help;     /* one sentence, no final stop */
    enum mxc_complete complete;
    const char *words; /* of MXC_COMPLETE_WORDS, separated by spaces */
};

/* What may stand on a command line. */
struct mxc_syntax {
    const struct mxc_option *options;
    size_t positional_max;
    bool command; /* "-- CMD ARGS…" may follow */
    bool empty;   /* a value may be empty; else that is none, such as that of a shell variable that
                     nobody set */
};

struct mxc_args {
    struct mxc_words positional;
    struct mxc_words command;
    bool has_command; /* "--" was there */
    bool help;        /* -h or --help was there: nothing after it was read */
};

enum mxc_parse_problem {
    MXC_PARSE_MEMORY,
    MXC_PARSE_UNKNOWN,  /* 'text' is no option */
    MXC_PARSE_NO_VALUE, /* 'option' needs a value */
    MXC_PARSE_UNWANTED, /* 'text' is a value for 'option', a flag */
    MXC_PARSE_TWICE,    /* 'option' was given before */
    MXC_PARSE_EXTRA,    /* 'text' is one positional too many */
};

struct mxc_parse_error {
    enum mxc_parse_problem problem;
    const char *text;
    const struct mxc_option *option;
};

/* Reads argv (without the program's or verb's name) into 'options', a zeroed struct that the table
 * describes. Everything points into argv or the arena. Returns 0, or -1 with 'problem' filled. */
int mxc_options_parse(struct mxc_arena *arena, const struct mxc_syntax *syntax, int argc,
                      char **argv, void *options, struct mxc_args *out,
                      struct mxc_parse_error *problem);

/* The option whose name is nearest to 'name' and near enough to be meant, or NULL. */
const struct mxc_option *mxc_options_nearest(const struct mxc_option *options, const char *name);

#endif
