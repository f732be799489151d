/* SPDX-License-Identifier: MIT */
/* Completion scripts for bash, zsh and fish, printed from the same tables as the help. */
#include <string.h>

#include "cli/cli.h"
#include "cli/verbs.h"

/* Inside single quotes of every shell here. */
static void add_quoted(struct mxc_buf *out, const char *text)
{
    mxc_buf_add(out, "'");
    for (; *text; text++)
        if (*text == '\'')
            mxc_buf_add(out, "'\\''");
        else
            mxc_buf_add_n(out, text, 1);
    mxc_buf_add(out, "'");
}

static void add_verbs(struct mxc_buf *out)
{
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden)
            mxc_buf_format(out, "%s%s", i ? " " : "", mxc_commands[i]->name);
}

static void add_option_names(struct mxc_buf *out, const struct mxc_option *option)
{
    for (; option->name; option++)
        mxc_buf_format(out, "--%s ", option->name);
    mxc_buf_add(out, "--help");
}

/* How each shell completes a value. */
static const struct {
    const char *bash, *zsh, *fish;
} ways[] = {
    [MXC_COMPLETE_NONE] = { "COMPREPLY=()", " ", " -x" },
    [MXC_COMPLETE_FILE] = { "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))", "_files",
                            " -r -F" },
    [MXC_COMPLETE_DIRECTORY] = { "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))",
                                 "_files -/", " -x -a '(__fish_complete_directories)'" },
    [MXC_COMPLETE_WORDS] = { "COMPREPLY=($(compgen -W \"%\" -- \"$cur\"))", "(%)", " -x -a '%'" },
};

/* 'way' with the words in the place of "%". */
static void add_way(struct mxc_buf *out, const char *way, const char *words)
{
    size_t before = strcspn(way, "%");

    mxc_buf_add_n(out, way, before);
    if (way[before]) {
        mxc_buf_add(out, words);
        mxc_buf_add(out, way + before + 1);
    }
}

static void add_bash_command(struct mxc_buf *out, const struct mxc_command *command)
{
    mxc_buf_add(out, "        case \"$prev\" in\n");
    for (const struct mxc_option *option = command->syntax.options; option->name; option++)
        if (option->argument) {
            mxc_buf_format(out, "        --%s) ", option->name);
            add_way(out, ways[option->complete].bash, option->words);
            mxc_buf_add(out, "; return ;;\n");
        }
    mxc_buf_add(out, "        esac\n        words=\"");
    add_option_names(out, command->syntax.options);
    mxc_buf_format(out, "%s%s\"\n", command->words ? " " : "",
                   command->words ? command->words : "");
}

static void bash(struct mxc_buf *out)
{
    mxc_buf_add(out,
                "# bash completion of mxc and lxc-exec\n_mxc() {\n"
                "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                "    local verb=\"${COMP_WORDS[1]}\" words=\n"
                "    [[ ${COMP_WORDS[0]##*/} == lxc-exec ]] && verb=lxc-exec\n"
                "    if [[ $COMP_CWORD -eq 1 && $verb != lxc-exec ]]; then\n"
                "        COMPREPLY=($(compgen -W \"");
    add_verbs(out);
    mxc_buf_add(out, " --help --version\" -- \"$cur\")); return\n    fi\n    case \"$verb\" in\n");
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden) {
            mxc_buf_format(out, "    %s)\n", mxc_commands[i]->name);
            add_bash_command(out, mxc_commands[i]);
            mxc_buf_add(out, "        ;;\n");
        }
    mxc_buf_add(out, "    lxc-exec)\n");
    add_bash_command(out, &mxc_command_lxc_exec);
    mxc_buf_add(out, "        ;;\n    esac\n"
                     "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                     "    [[ $cur == -* ]] || { compopt -o filenames; "
                     "COMPREPLY+=($(compgen -f -- \"$cur\")); }\n}\n"
                     "complete -F _mxc mxc lxc-exec\n");
}

static void add_zsh_command(struct mxc_buf *out, const struct mxc_command *command)
{
    mxc_buf_add(out, "_arguments");
    for (const struct mxc_option *option = command->syntax.options; option->name; option++) {
        auto_buf spec = { 0 };

        mxc_buf_format(&spec, "%s--%s[", option->kind == MXC_OPTION_LIST ? "*" : "", option->name);
        for (const char *c = option->help; *c; c++)
            mxc_buf_format(&spec, "%s%c", strchr("[]:\\", *c) ? "\\" : "", *c);
        mxc_buf_add(&spec, "]");
        if (option->argument) {
            mxc_buf_format(&spec, ":%s:", option->argument);
            add_way(&spec, ways[option->complete].zsh, option->words);
        }
        mxc_buf_add(out, " \\\n            ");
        if (!spec.failed)
            add_quoted(out, spec.data);
    }
    mxc_buf_add(out, " \\\n            '--help[print help]'");
    if (command->words)
        mxc_buf_format(out, " \\\n            '1:word:(%s)'\n", command->words);
    else
        mxc_buf_add(out, " \\\n            '*:file:_files'\n");
}

static void zsh(struct mxc_buf *out)
{
    mxc_buf_add(out, "#compdef mxc lxc-exec\n"
                     "if [[ $service == lxc-exec ]]; then\n        ");
    add_zsh_command(out, &mxc_command_lxc_exec);
    mxc_buf_add(out, "    return\nfi\nif (( CURRENT == 2 )); then\n    local -a verbs=(\n");
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden) {
            auto_buf row = { 0 };

            mxc_buf_format(&row, "%s:%s", mxc_commands[i]->name, mxc_commands[i]->summary);
            mxc_buf_add(out, "        ");
            add_quoted(out, row.data ? row.data : "");
            mxc_buf_add(out, "\n");
        }
    mxc_buf_add(out, "    )\n    _describe verb verbs\n    return\nfi\n"
                     "local verb=$words[2]\nshift words\n(( CURRENT-- ))\ncase $verb in\n");
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden) {
            mxc_buf_format(out, "    %s)\n        ", mxc_commands[i]->name);
            add_zsh_command(out, mxc_commands[i]);
            mxc_buf_add(out, "        ;;\n");
        }
    mxc_buf_add(out, "esac\n");
}

static void add_fish_options(struct mxc_buf *out, const char *start,
                             const struct mxc_option *option)
{
    for (; option->name; option++) {
        mxc_buf_format(out, "%s -l %s", start, option->name);
        if (option->argument)
            add_way(out, ways[option->complete].fish, option->words);
        mxc_buf_add(out, " -d ");
        add_quoted(out, option->help);
        mxc_buf_add(out, "\n");
    }
}

static void fish(struct mxc_buf *out)
{
    mxc_buf_add(out, "# fish completion of mxc and lxc-exec\n");
    for (size_t i = 0; mxc_commands[i]; i++) {
        const struct mxc_command *command = mxc_commands[i];
        auto_buf start = { 0 };

        if (command->hidden)
            continue;
        mxc_buf_format(out, "complete -c mxc -f -n __fish_use_subcommand -a %s -d ", command->name);
        add_quoted(out, command->summary);
        mxc_buf_format(&start, "complete -c mxc -n '__fish_seen_subcommand_from %s'",
                       command->name);
        mxc_buf_add(out, "\n");
        if (start.failed)
            return;
        add_fish_options(out, start.data, command->syntax.options);
        if (command->words)
            mxc_buf_format(out, "%s -f -a '%s'\n", start.data, command->words);
    }
    add_fish_options(out, "complete -c lxc-exec", mxc_command_lxc_exec.syntax.options);
}

static const struct {
    const char *shell;
    void (*print)(struct mxc_buf *out);
} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

bool mxc_completions(const char *shell, struct mxc_buf *out)
{
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (!strcmp(shells[i].shell, shell)) {
            shells[i].print(out);
            return true;
        }
    return false;
}
