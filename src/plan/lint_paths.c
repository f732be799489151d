/* SPDX-License-Identifier: MIT */
/* Checks of the path lists: how a path is written, and what kind of place it is. */
#include <string.h>

#include "plan/baseline.h"
#include "plan/lint_private.h"
#include "plan/path.h"

/* "~…", "$NAME", "${NAME}" */
static bool has_variable(const char *path)
{
    const char *dollar = path[0] == '~' ? path : strchr(path, '$');

    if (!dollar)
        return false;
    return dollar[0] == '~' || dollar[1] == '{' || dollar[1] == '_' ||
           (dollar[1] >= 'A' && dollar[1] <= 'Z') || (dollar[1] >= 'a' && dollar[1] <= 'z');
}

static int check_repetition(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    for (const struct mxc_lint_entry *other = linter->entries; other < entry; other++) {
        bool same = entry->missing || other->missing ? strcmp(entry->clean, other->clean) == 0
                                                     : strcmp(entry->path, other->path) == 0;
        if (same)
            return mxc_lint_add(linter, MXC_LINT_PATH_TWICE, entry->pointer, entry->written,
                                other->pointer);
    }
    return 0;
}

int mxc_lint_spelling(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    const char *pointer = entry->pointer;

    if (entry->missing && has_variable(entry->written)) {
        if (mxc_lint_add(linter, MXC_LINT_PATH_VARIABLE, pointer, entry->written, NULL) < 0)
            return -1;
    } else if (entry->written[0] != '/') {
        if (mxc_lint_add(linter, MXC_LINT_PATH_RELATIVE, pointer, entry->written, NULL) < 0)
            return -1;
    }
    if (entry->missing && strpbrk(entry->written, "*?["))
        if (mxc_lint_add(linter, MXC_LINT_PATH_PATTERN, pointer, entry->written, NULL) < 0)
            return -1;
    return check_repetition(linter, entry);
}

static int check_denial(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    const struct mxc_lint_entry *grant = NULL;

    for (size_t i = 0; i < linter->entry_count; i++) {
        const struct mxc_lint_entry *other = &linter->entries[i];

        if (other->intent != MXC_LINT_DENY && !other->missing &&
            mxc_path_within(entry->path, other->path))
            grant = other;
    }
    if (entry->missing && grant)
        return mxc_lint_add(linter, MXC_LINT_DENIED_MISSING, entry->pointer, entry->written,
                            grant->pointer);
    if (grant || mxc_baseline_touches(entry->path))
        return 0;
    return mxc_lint_add(linter, MXC_LINT_DENIED_NO_EFFECT, entry->pointer, entry->written, NULL);
}

static const struct mxc_lint_wide *find_wide(const struct mxc_lint_entry *entry)
{
    for (size_t i = 0; i < mxc_lint_wide_count; i++)
        if (strcmp(mxc_lint_wide[i].path, entry->path) == 0)
            return &mxc_lint_wide[i];
    return NULL;
}

static bool is_shared_temporary(const char *path)
{
    return !strcmp(path, "/tmp") || !strcmp(path, "/var/tmp") || !strcmp(path, "/dev/shm");
}

static int check_width(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    const struct mxc_lint_wide *wide = find_wide(entry);
    bool is_home = linter->home && strcmp(linter->home, entry->path) == 0;

    if (wide && !is_home && !(wide->harmless_to_read && entry->intent == MXC_LINT_RO))
        return mxc_lint_add(linter, MXC_LINT_WIDE_GRANT, entry->pointer, entry->written,
                            wide->what);
    if (linter->home && mxc_path_within(linter->home, entry->path))
        return mxc_lint_add(linter, MXC_LINT_HOME_GRANT, entry->pointer, entry->written,
                            linter->home);
    if (is_shared_temporary(entry->path))
        return mxc_lint_add(linter, MXC_LINT_SHARED_TEMPORARY, entry->pointer, entry->written,
                            NULL);
    return 0;
}

static int check_device(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    static const char *const usual[] = { "/dev/null",   "/dev/zero",    "/dev/full",
                                         "/dev/random", "/dev/urandom", "/dev/tty" };

    if (entry->type == MXC_OBJECT_BLOCK_DEVICE)
        return mxc_lint_add(linter, MXC_LINT_BLOCK_DEVICE, entry->pointer, entry->written, NULL);
    if (entry->type != MXC_OBJECT_CHARACTER_DEVICE)
        return 0;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strcmp(entry->path, usual[i]) == 0)
            return 0;
    return mxc_lint_add(linter, MXC_LINT_DEVICE, entry->pointer, entry->written, NULL);
}

int mxc_lint_grant(struct mxc_linter *linter, const struct mxc_lint_entry *entry)
{
    if (entry->intent == MXC_LINT_DENY)
        return check_denial(linter, entry);
    if (entry->missing)
        return 0; /* refused by name when it runs */
    return check_width(linter, entry) < 0 ? -1 : check_device(linter, entry);
}
