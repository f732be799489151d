/* SPDX-License-Identifier: MIT */
/* Checks of what lies in a grant: credentials, sockets that command the host, code that the host
 * runs. Only known names are looked up; no directory is listed. */
#include <errno.h>
#include <string.h>

#include "plan/lint_private.h"
#include "plan/path.h"

/* May the caller, and so the guest, use the object in the way that the rule is about? */
static bool caller_may(const struct mxc_linter *linter, const char *path, enum mxc_lint rule)
{
    bool reads = rule == MXC_LINT_CREDENTIALS || rule == MXC_LINT_SECRET_FILE ||
                 rule == MXC_LINT_CONFIG_READABLE;

    return linter->facts->may(linter->facts->context, path,
                              reads ? MXC_ACCESS_READ : MXC_ACCESS_WRITE);
}

/* Reports the object when it exists and this entry is what shows it to the guest. */
static int check_object(struct mxc_linter *linter, const struct mxc_lint_entry *entry,
                        const char *path, const char *what, enum mxc_lint rule)
{
    const char *found;

    if (mxc_lint_resolve(linter, path, &found) < 0)
        return -1;
    if (!found || mxc_lint_decides(linter, found) != entry || !caller_may(linter, found, rule))
        return 0;
    return mxc_lint_add(linter, rule, entry->pointer, found, what);
}

/* Does the path have the name, one component or more, somewhere in it? */
static bool passes(const char *path, const char *name)
{
    size_t length = strlen(name);

    for (const char *c = path; (c = strstr(c, name)); c++)
        if (c > path && c[-1] == '/' && (c[length] == '/' || !c[length]))
            return true;
    return false;
}

static bool ends_with(const char *path, const char *end)
{
    size_t length = strlen(path);
    size_t size = strlen(end);

    return length >= size && strcmp(path + length - size, end) == 0;
}

/* Files of a credential store that hold no secret. */
static bool is_public(const char *path)
{
    return ends_with(path, ".pub") || ends_with(path, "/.ssh/known_hosts") ||
           ends_with(path, "/.ssh/config");
}

/* Names below a directory, as far as this grant shows them. */
static int check_names(struct mxc_linter *linter, const struct mxc_lint_entry *entry,
                       const char *base, const struct mxc_lint_names *names)
{
    if (!base || (!mxc_path_within(base, entry->path) && !mxc_path_within(entry->path, base)))
        return 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct mxc_lint_name *name = &names->items[i];
        const char *path =
            mxc_arena_format(linter->arena, "%s/%s", base[1] ? base : "", name->name);

        if (!path)
            return mxc_lint_out_of_memory(linter);
        if (check_object(linter, entry, path, name->what, name->rule) < 0)
            return -1;
    }
    return 0;
}

/* The grant is the upper part of a name, as ".git" is of ".git/hooks": looks for the rest in it. */
static int check_rest(struct mxc_linter *linter, const struct mxc_lint_entry *entry,
                      const struct mxc_lint_name *name)
{
    for (const char *rest = name->name; (rest = strchr(rest, '/')); rest++) {
        const char *upper =
            mxc_arena_format(linter->arena, "/%.*s", (int)(rest - name->name), name->name);
        const char *path = mxc_path_graft(linter->arena, entry->path, rest);

        if (!upper || !path)
            return mxc_lint_out_of_memory(linter);
        if (ends_with(entry->path, upper) &&
            check_object(linter, entry, path, name->what, name->rule) < 0)
            return -1;
    }
    return 0;
}

/* The grant itself is such a file, or lies in such a directory: anybody's, wherever it is. */
static int check_itself(struct mxc_linter *linter, const struct mxc_lint_entry *entry,
                        const struct mxc_lint_names *names)
{
    if (mxc_lint_decides(linter, entry->path) != entry)
        return 0;
    for (size_t i = 0; i < names->count; i++) {
        const struct mxc_lint_name *name = &names->items[i];

        if (check_rest(linter, entry, name) < 0)
            return -1;
        if (passes(entry->path, name->name) && caller_may(linter, entry->path, name->rule))
            return mxc_lint_add(linter, name->rule, entry->pointer, entry->path, name->what);
    }
    return 0;
}

/* "%u" is the caller's uid. */
static const char *host_path(struct mxc_linter *linter, const char *name)
{
    const char *uid = strstr(name, "%u");

    if (!uid)
        return name;
    return mxc_arena_format(linter->arena, "%.*s%lu%s", (int)(uid - name), name,
                            (unsigned long)linter->facts->uid, uid + 2);
}

/* Absolute names. What lies below /etc is hidden by the baseline unless it is granted by name. */
static int check_host(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    for (size_t i = 0; i < mxc_lint_host_stores.count; i++) {
        const struct mxc_lint_name *name = &mxc_lint_host_stores.items[i];
        const char *path = host_path(linter, name->name);

        if (!path)
            return mxc_lint_out_of_memory(linter);
        if (mxc_path_within(entry->path, path)) {
            if (check_object(linter, entry, entry->path, name->what, name->rule) < 0)
                return -1;
        } else if (!mxc_path_within(path, "/etc")) {
            if (check_object(linter, entry, path, name->what, name->rule) < 0)
                return -1;
        }
    }
    return 0;
}

static int check_config(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    bool writes = entry->intent == MXC_LINT_RW;

    if (!linter->config_path)
        return 0;
    return check_object(linter, entry, linter->config_path, NULL,
                        writes ? MXC_LINT_CONFIG_WRITABLE : MXC_LINT_CONFIG_READABLE);
}

/* A worktree or submodule has a file ".git", which names the directory with the hooks. A repository
 * without "hooks" has none yet, and the guest could make some. */
static int check_repository(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    const char *git = mxc_path_graft(linter->arena, entry->path, "/.git");
    const char *hooks = mxc_path_graft(linter->arena, entry->path, "/.git/hooks");
    struct mxc_walk walk;

    if (!git || !hooks)
        return mxc_lint_out_of_memory(linter);
    int error = mxc_walk(&linter->looker, hooks, &walk);
    if (error == ENOMEM)
        return mxc_lint_out_of_memory(linter);
    if (error || !walk.missing || mxc_lint_decides(linter, walk.path) != entry)
        return 0;
    if (walk.not_directory)
        return check_object(linter, entry, git, "git, which follows it to hooks",
                            MXC_LINT_HOST_CODE);
    if (strcmp(walk.missing, hooks) != 0 || !caller_may(linter, git, MXC_LINT_HOST_CODE))
        return 0;
    return mxc_lint_add(linter, MXC_LINT_HOST_CODE, entry->pointer, hooks,
                        "git as soon as somebody makes it");
}

/* The grant lies within something in the home that the host runs, such as an editor's settings. */
static int check_within_home(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    for (size_t i = 0; linter->home && i < mxc_lint_home_code.count; i++) {
        const struct mxc_lint_name *name = &mxc_lint_home_code.items[i];
        const char *path = mxc_arena_format(linter->arena, "%s/%s", linter->home, name->name);
        const char *found;

        if (!path)
            return mxc_lint_out_of_memory(linter);
        if (mxc_lint_resolve(linter, path, &found) < 0)
            return -1;
        if (found && mxc_path_below(entry->path, found) &&
            check_object(linter, entry, entry->path, name->what, name->rule) < 0)
            return -1;
    }
    return 0;
}

static int check_code(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    if (check_names(linter, entry, linter->home, &mxc_lint_home_code) < 0 ||
        check_within_home(linter, entry) < 0 ||
        check_names(linter, entry, entry->path, &mxc_lint_project_code) < 0 ||
        check_itself(linter, entry, &mxc_lint_project_code) < 0)
        return -1;
    return check_repository(linter, entry);
}

int mxc_lint_contents(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    if (entry->intent == MXC_LINT_DENY || entry->type == MXC_OBJECT_MISSING)
        return 0;
    if (check_config(linter, entry) < 0 || check_host(linter, entry) < 0 ||
        check_names(linter, entry, linter->home, &mxc_lint_home_stores) < 0 ||
        check_names(linter, entry, entry->path, &mxc_lint_home_stores) < 0 ||
        check_names(linter, entry, entry->path, &mxc_lint_project_stores) < 0)
        return -1;
    if (!is_public(entry->path) && (check_itself(linter, entry, &mxc_lint_home_stores) < 0 ||
                                    check_itself(linter, entry, &mxc_lint_project_stores) < 0))
        return -1;
    return entry->intent == MXC_LINT_RW ? check_code(linter, entry) : 0;
}
