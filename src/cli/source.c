/* SPDX-License-Identifier: MIT */
/* Policy from a command line. Options become JSON text that the ordinary reader checks, so a policy
 * from options has no way around any rule. */
#include "cli/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/cli.h"

/* Lists of the policy that options fill: also the way back, from a pointer to the option. */
static const struct list {
    const char *pointer;
    const char *key;
    const char *option;
    size_t offset;
} lists[] = {
    { "/filesystem/readonlyPaths", "readonlyPaths", "--ro", MXC_SOURCE_AT(readonly) },
    { "/filesystem/readwritePaths", "readwritePaths", "--rw", MXC_SOURCE_AT(readwrite) },
    { "/filesystem/deniedPaths", "deniedPaths", "--deny", MXC_SOURCE_AT(denied) },
    { "/process/env", NULL, "--env", MXC_SOURCE_AT(env) },
};

static const struct {
    const char *pointer;
    const char *option;
} singles[] = {
    { "/process/commandLine", "CMD" },
    { "/process/cwd", "--cwd" },
    { "/process/timeout", "--timeout" },
    { "/limits", "--limit" },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct mxc_words *words_of(const struct mxc_source *source, size_t offset)
{
    return (const struct mxc_words *)(const void *)((const char *)source + offset);
}

static int usage(struct mxc_err *err, const char *option, const char *text)
{
    return mxc_fail(err, MXC_USAGE, 0, option, "%s", text);
}

/* JSON holds UTF-8 only; another byte must not turn into a different name. */
static int add_text(struct mxc_buf *out, const char *option, const char *text, struct mxc_err *err)
{
    if (mxc_utf8_check(text, strlen(text)) != strlen(text))
        return usage(err, option, "the value is not valid UTF-8, which a policy must be");
    mxc_buf_json(out, text);
    return 0;
}

/* KEY alone passes the caller's value on. */
static int add_variable(struct mxc_buf *out, const char *word, struct mxc_err *err)
{
    const char *value = strchr(word, '=') ? NULL : getenv(word);
    auto_buf pair = { 0 };

    mxc_buf_add(&pair, word);
    if (!strchr(word, '=') && !value)
        return mxc_fail(err, MXC_USAGE, 0, "--env",
                        "'%s' is not set here, so its value cannot be passed on: write %s=VALUE",
                        word, word);
    if (value)
        mxc_buf_format(&pair, "=%s", value);
    if (pair.failed)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "--env", "cannot make the environment");
    return add_text(out, "--env", pair.data, err);
}

static int add_list(struct mxc_buf *out, const struct list *list, const struct mxc_words *words,
                    struct mxc_err *err)
{
    mxc_buf_format(out, "\"%s\":[", list->key ? list->key : "env");
    for (size_t i = 0; i < words->count; i++) {
        mxc_buf_add(out, i ? "," : "");
        if (list->key ? add_text(out, list->option, words->items[i], err) < 0
                      : add_variable(out, words->items[i], err) < 0)
            return -1;
    }
    mxc_buf_add(out, "]");
    return 0;
}

static int add_filesystem(struct mxc_buf *out, const struct mxc_source *source, struct mxc_err *err)
{
    mxc_buf_add(out, ",\"filesystem\":{");
    for (size_t i = 0; i < COUNT(lists) && lists[i].key; i++) {
        mxc_buf_add(out, i ? "," : "");
        if (add_list(out, &lists[i], words_of(source, lists[i].offset), err) < 0)
            return -1;
    }
    mxc_buf_add(out, "}");
    return 0;
}

/* A policy's relative "cwd" starts at "/"; a user's starts here. */
static int add_cwd(struct mxc_buf *out, const char *cwd, struct mxc_err *err)
{
    char here[4096];
    auto_buf path = { 0 };

    if (*cwd != '/') {
        if (!getcwd(here, sizeof here))
            return mxc_fail(err, MXC_BACKEND, errno, "--cwd", "cannot find the current directory");
        mxc_buf_format(&path, "%s/", here);
    }
    mxc_buf_add(&path, cwd);
    mxc_buf_add(out, ",\"cwd\":");
    return add_text(out, "--cwd", path.data ? path.data : "", err);
}

static int add_process(struct mxc_buf *out, const struct mxc_source *source, const char *command,
                       struct mxc_err *err)
{
    mxc_buf_add(out, ",\"process\":{\"commandLine\":");
    if (add_text(out, "CMD", command, err) < 0)
        return -1;
    if (source->cwd && add_cwd(out, source->cwd, err) < 0)
        return -1;
    if (source->timeout) {
        uint32_t ms = mxc_source_duration(source->timeout);

        if (!ms)
            return usage(err, "--timeout",
                         "not a time: write a number with its unit, such as 500ms, "
                         "5s, 2m or 1h, at most 49 days");
        mxc_buf_format(out, ",\"timeout\":%lu", (unsigned long)ms);
    }
    if (source->env.count) {
        mxc_buf_add(out, ",\"inheritDefaultEnv\":true,");
        if (add_list(out, &lists[COUNT(lists) - 1], &source->env, err) < 0)
            return -1;
    }
    mxc_buf_add(out, "}");
    return 0;
}

static int add_limits(struct mxc_buf *out, const struct mxc_words *limits, struct mxc_err *err)
{
    mxc_buf_add(out, ",\"limits\":{");
    for (size_t i = 0; i < limits->count; i++) {
        const char *number = strchr(limits->items[i], '=');
        char key[64];

        if (!number || !number[1] || number[1 + strspn(number + 1, "0123456789")] ||
            (number[1] == '0' && number[2]) || number - limits->items[i] >= (long)sizeof key)
            return usage(err, "--limit", "not a limit: write KEY=NUMBER, such as memoryMb=512");
        (void)snprintf(key, sizeof key, "%.*s", (int)(number - limits->items[i]), limits->items[i]);
        mxc_buf_add(out, i ? "," : "");
        if (add_text(out, "--limit", key, err) < 0)
            return -1;
        mxc_buf_format(out, ":%s", number + 1);
    }
    mxc_buf_add(out, "}");
    return 0;
}

/* Makes the policy text of options alone. */
static int from_options(const struct mxc_source *source, const struct mxc_args *args,
                        struct mxc_request *request, struct mxc_err *err)
{
    auto_buf text = { 0 };
    const char *command = mxc_source_quote(request->arena, &args->command);

    if (!command)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot make the command line");
    mxc_buf_add(&text, "{\"version\":\"1.0.0\"");
    if (add_process(&text, source, command, err) < 0 || add_filesystem(&text, source, err) < 0 ||
        (source->limits.count && add_limits(&text, &source->limits, err) < 0))
        return -1;
    mxc_buf_add(&text, "}");
    if (!text.failed)
        request->config.text = mxc_arena_copy_n(request->arena, text.data, text.length);
    if (!request->config.text)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot make the policy");
    request->config.name = "<options>";
    request->config.length = text.length;
    request->config.from_options = true;
    return 0;
}

/* The first option that makes a policy of its own, or NULL. */
static const char *policy_option(const struct mxc_source *source)
{
    for (size_t i = 0; i < COUNT(lists); i++)
        if (words_of(source, lists[i].offset)->count)
            return lists[i].option;
    if (source->limits.count)
        return "--limit";
    if (source->cwd)
        return "--cwd";
    return source->timeout ? "--timeout" : NULL;
}

static int from_descriptor(const struct mxc_source *source, struct mxc_request *request,
                           struct mxc_err *err)
{
    int fd;

    if (mxc_cli_descriptor("--config-fd", source->config_fd, &fd, err) < 0)
        return -1;
    return mxc_config_descriptor(request->arena, fd, &request->config, err);
}

static int from_config(const struct mxc_source *source, const struct mxc_args *args,
                       struct mxc_request *request, struct mxc_err *err)
{
    const char *option = policy_option(source);
    const char *path = args->positional.count ? args->positional.items[0] : "";

    if (option)
        return usage(err, option, "cannot be combined with a policy: write it into the policy");
    if (args->positional.count && source->config_base64)
        return usage(err, "--config-base64", "cannot be combined with a policy file");
    if (source->config_fd && (args->positional.count || source->config_base64))
        return usage(err, "--config-fd", "cannot be combined with another policy");
    if (source->config_fd)
        return from_descriptor(source, request, err);
    if (source->config_base64)
        return mxc_config_base64(request->arena, source->config_base64, &request->config, err);
    if (!strcmp(path, "-"))
        return mxc_config_stdin(request->arena, &request->config, err);
    return mxc_config_file(request->arena, path, &request->config, err);
}

int mxc_source_read(const struct mxc_source *source, const struct mxc_args *args,
                    struct mxc_request *request, struct mxc_err *err)
{
    bool config = args->positional.count || source->config_base64 || source->config_fd;
    struct mxc_read_options options = { .portable = source->portable };

    if (args->has_command && !args->command.count)
        return usage(err, "", "'--' is not followed by a command");
    if (!config && !args->has_command)
        return usage(err, "", "give a policy file, '-' for standard input, or '-- CMD ARGS'");
    if (config ? from_config(source, args, request, err) < 0
               : from_options(source, args, request, err) < 0)
        return -1;
    if (config && args->has_command) {
        options.command = mxc_source_quote(request->arena, &args->command);
        if (!options.command)
            return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot make the command line");
    }
    if (mxc_request_read(request, &options, err) < 0) {
        mxc_source_explain(source, request, err);
        return -1;
    }
    return 0;
}

/* Length of 'prefix' when 'pointer' is it or lies below it, else 0. */
static size_t below(const char *pointer, const char *prefix)
{
    size_t length = strlen(prefix);

    return !strncmp(pointer, prefix, length) && strchr("/", pointer[length]) ? length : 0;
}

void mxc_source_explain(const struct mxc_source *source, const struct mxc_request *request,
                        struct mxc_err *err)
{
    char where[sizeof err->where];

    if (!request->config.from_options)
        return;
    err->line = err->column = 0;
    (void)snprintf(where, sizeof where, "%s", err->where);
    for (size_t i = 0; i < COUNT(lists); i++) {
        const struct mxc_words *words = words_of(source, lists[i].offset);
        size_t length = below(where, lists[i].pointer);
        size_t index =
            length && where[length] ? strtoul(where + length + 1, NULL, 10) : words->count;

        if (length && index < words->count)
            (void)snprintf(err->where, sizeof err->where, "%s %s", lists[i].option,
                           words->items[index]);
        else if (length)
            (void)snprintf(err->where, sizeof err->where, "%s", lists[i].option);
    }
    for (size_t i = 0; i < COUNT(singles); i++)
        if (below(where, singles[i].pointer))
            (void)snprintf(err->where, sizeof err->where, "%s", singles[i].option);
    mxc_utf8_tame(err->where);
}
