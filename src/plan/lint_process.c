/* SPDX-License-Identifier: MIT */
/* Checks of everything but paths. */
#include <string.h>

#include "plan/lint_private.h"

static const struct {
    enum mxc_containment containment;
    const char *system;
} elsewhere[] = {
    { MXC_CONTAIN_PROCESSCONTAINER, "Windows" },
    { MXC_CONTAIN_WINDOWS_SANDBOX, "Windows" },
    { MXC_CONTAIN_ISOLATION_SESSION, "Windows" },
    { MXC_CONTAIN_WSLC, "Windows" },
    { MXC_CONTAIN_SEATBELT, "macOS" },
};

int mxc_lint_document(struct mxc_linter *linter)
{
    const struct mxc_policy *policy = linter->policy;

    if (!policy->version_text) {
        if (mxc_lint_add(linter, MXC_LINT_VERSION_ABSENT, "/version", "", NULL) < 0)
            return -1;
    } else if (policy->version < MXC_V0_9) {
        if (mxc_lint_add(linter, MXC_LINT_VERSION_OLD, "/version", policy->version_text, NULL) < 0)
            return -1;
    }
    for (size_t i = 0; policy->containment_present && i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (policy->containment == elsewhere[i].containment)
            return mxc_lint_add(linter, MXC_LINT_OTHER_SYSTEM, "/containment",
                                mxc_containment_name(policy->containment), elsewhere[i].system);
    return 0;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Without regard to case; 'word' is in capitals. */
static bool ends_in(const char *key, size_t length, const char *word)
{
    size_t size = strlen(word);

    if (length < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (upper(key[length - size + i]) != word[i])
            return false;
    return true;
}

static bool is_secret_key(const char *key, size_t length)
{
    if (ends_in(key, length, "PUBLIC_KEY"))
        return false;
    for (const char *const *word = mxc_lint_secret_words; *word; word++)
        if (ends_in(key, length, *word))
            return true;
    return false;
}

/* Marks that issuers put in front of their tokens, or keys that say so. */
static bool is_secret_value(const char *value)
{
    static const char *const marks[] = { "ghp_",    "gho_",      "ghs_",  "ghu_",  "github_pat_",
                                         "glpat-",  "sk-",       "xoxb-", "xoxp-", "AKIA",
                                         "ASIA",    "AIza",      "hf_",   "npm_",  "pypi-",
                                         "dop_v1_", "-----BEGIN" };

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(value, marks[i], strlen(marks[i])) == 0 && strlen(value) >= 16)
            return true;
    return false;
}

/* "scheme://user@…", with or without a password; a proxy may be written without its scheme. */
static bool has_credentials(const char *value, bool is_proxy)
{
    const char *scheme = strstr(value, "://");
    const char *host = scheme ? scheme + 3 : value;

    if (!scheme && !is_proxy)
        return false;
    size_t length = strcspn(host, "/?# ");
    const char *at = memchr(host, '@', length);
    /* A bare user is no secret but in a proxy: "ssh://git@host" is an ordinary address. */
    return at && (is_proxy || memchr(host, ':', (size_t)(at - host)));
}

static bool is_loader(const char *key, size_t length)
{
    for (const char *const *name = mxc_lint_loaders; *name; name++)
        if (strlen(*name) == length && strncmp(key, *name, length) == 0)
            return true;
    return false;
}

/* The first entry of PATH that is empty or relative. */
static int check_search_path(struct mxc_linter *linter, const char *pointer, const char *value)
{
    for (const char *entry = value;; entry++) {
        size_t length = strcspn(entry, ":");

        if (*entry != '/') {
            const char *copy = mxc_arena_copy_n(linter->arena, entry, length);

            return copy ? mxc_lint_add(linter, MXC_LINT_ENV_PATH, pointer, copy, NULL)
                        : mxc_lint_out_of_memory(linter);
        }
        entry += length;
        if (!*entry)
            return 0;
    }
}

static bool is_listed_later(const struct mxc_strings *env, size_t index, size_t length)
{
    for (size_t i = index + 1; i < env->count; i++)
        if (strncmp(env->items[i], env->items[index], length + 1) == 0)
            return true;
    return false;
}

static int check_variable(struct mxc_linter *linter, size_t index)
{
    const struct mxc_strings *env = &linter->policy->process.env;
    const char *item = env->items[index];
    size_t length = strcspn(item, "=");
    const char *value = item[length] ? item + length + 1 : "";
    const char *key = mxc_arena_copy_n(linter->arena, item, length);
    const char *pointer = mxc_arena_format(linter->arena, "/process/env/%zu", index);

    if (!key || !pointer)
        return mxc_lint_out_of_memory(linter);
    const struct {
        bool found;
        enum mxc_lint rule;
    } checks[] = {
        { *value && (is_secret_key(key, length) || is_secret_value(value)), MXC_LINT_ENV_SECRET },
        { has_credentials(value, ends_in(key, length, "_PROXY")), MXC_LINT_URL_CREDENTIALS },
        { *value && is_loader(key, length), MXC_LINT_ENV_LOADER },
        { is_listed_later(env, index, length), MXC_LINT_ENV_TWICE },
    };

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].found && mxc_lint_add(linter, checks[i].rule, pointer, key, NULL) < 0)
            return -1;
    return strcmp(key, "PATH") == 0 ? check_search_path(linter, pointer, value) : 0;
}

int mxc_lint_process(struct mxc_linter *linter)
{
    const struct mxc_process *process = &linter->policy->process;

    for (size_t i = 0; i < process->env.count; i++)
        if (check_variable(linter, i) < 0)
            return -1;
    if (process->timeout_ms == 0)
        return mxc_lint_add(linter, MXC_LINT_NO_TIMEOUT, "/process/timeout", "", NULL);
    return 0;
}
