/* SPDX-License-Identifier: MIT */
/* "mxc check": runs the groups of checks over a policy and collects what they find. */
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "plan/lint_private.h"
#include "plan/path.h"

int mxc_lint_out_of_memory(struct mxc_linter *linter)
{
    return mxc_fail(linter->err, MXC_BACKEND, ENOMEM, "",
                    "out of memory while checking the policy");
}

/* Puts the words into a rule's pattern; nothing in them steers a terminal. NULL when out of
 * memory. */
static const char *fill(struct mxc_linter *linter, const char *pattern, const char *subject,
                        const char *detail)
{
    auto_buf text = { 0 };
    char *copy;

    for (const char *c = pattern; *c; c++) {
        bool is_subject = c[0] == '{' && c[1] == '}';
        bool is_detail = c[0] == '[' && c[1] == ']';

        if (is_subject || is_detail) {
            mxc_buf_add(&text, is_subject ? subject : detail);
            c++;
        } else {
            mxc_buf_add_n(&text, c, 1);
        }
    }
    copy = text.failed || !text.data ? NULL : mxc_arena_copy(linter->arena, text.data);
    if (copy)
        mxc_utf8_tame(copy);
    return copy;
}

static bool is_known(const struct mxc_linter *linter, const char *id, const char *subject)
{
    for (size_t i = 0; i < linter->findings.count; i++)
        if (linter->findings.items[i].id == id && strcmp(linter->subjects[i], subject) == 0)
            return true;
    return false;
}

static int make_room(struct mxc_linter *linter)
{
    struct mxc_findings *findings = &linter->findings;
    void *items = mxc_arena_grow(linter->arena, findings->items, findings->count,
                                 &linter->finding_room, sizeof *findings->items);
    if (!items)
        return -1;
    findings->items = items;

    void *subjects = mxc_arena_grow(linter->arena, linter->subjects, findings->count,
                                    &linter->subject_room, sizeof *linter->subjects);
    if (!subjects)
        return -1;
    linter->subjects = subjects;
    return 0;
}

int mxc_lint_add(struct mxc_linter *linter, enum mxc_lint rule, const char *pointer,
                 const char *subject, const char *detail)
{
    const struct mxc_lint_rule *row = &mxc_lint_rules[rule];
    struct mxc_finding finding = { .id = row->id, .severity = row->severity, .pointer = pointer };

    if (is_known(linter, row->id, subject))
        return 0;
    finding.text = fill(linter, row->text, subject, detail ? detail : "");
    finding.remedy = fill(linter, row->remedy, subject, detail ? detail : "");
    if (!finding.text || !finding.remedy || make_room(linter) < 0)
        return mxc_lint_out_of_memory(linter);
    linter->subjects[linter->findings.count] = subject;
    linter->findings.items[linter->findings.count++] = finding;
    return 0;
}

int mxc_lint_resolve(struct mxc_linter *linter, const char *path, const char **out)
{
    const char *clean = mxc_path_clean(linter->arena, linter->facts->cwd, path);
    struct mxc_walk walk;

    *out = NULL;
    if (!clean)
        return mxc_lint_out_of_memory(linter);
    int error = mxc_walk(&linter->looker, clean, &walk);
    if (error == ENOMEM)
        return mxc_lint_out_of_memory(linter);
    if (!error && !walk.missing)
        *out = walk.path;
    return 0;
}

const struct mxc_lint_entry *mxc_lint_decides(const struct mxc_linter *linter, const char *path)
{
    const struct mxc_lint_entry *best = NULL;

    for (size_t i = 0; i < linter->entry_count; i++) {
        const struct mxc_lint_entry *entry = &linter->entries[i];

        if (entry->missing || !mxc_path_within(path, entry->path))
            continue;
        size_t depth = mxc_path_depth(entry->path);
        size_t known = best ? mxc_path_depth(best->path) : 0;
        if (!best || depth > known || (depth == known && entry->intent > best->intent))
            best = entry;
    }
    return best;
}

static int add_entry(struct mxc_linter *linter, enum mxc_lint_intent intent, const char *list,
                     size_t index, const char *written)
{
    struct mxc_lint_entry *entry = &linter->entries[linter->entry_count];
    struct mxc_walk walk;

    entry->intent = intent;
    entry->written = written;
    entry->pointer = mxc_arena_format(linter->arena, "/filesystem/%s/%zu", list, index);
    entry->clean = mxc_path_clean(linter->arena, linter->facts->cwd, written);
    if (!entry->pointer || !entry->clean)
        return mxc_lint_out_of_memory(linter);
    int error = mxc_walk(&linter->looker, entry->clean, &walk);
    if (error == ENOMEM)
        return mxc_lint_out_of_memory(linter);
    entry->missing = !error && walk.missing;
    entry->path = error ? entry->clean : walk.missing ? walk.missing : walk.path;
    entry->type = error ? MXC_OBJECT_MISSING : walk.fact.type;
    linter->entry_count++;
    return 0;
}

static int add_entries(struct mxc_linter *linter)
{
    const struct mxc_filesystem *filesystem = &linter->policy->filesystem;
    const struct {
        const struct mxc_strings *strings;
        const char *name;
        enum mxc_lint_intent intent;
    } lists[] = {
        { &filesystem->readwrite, "readwritePaths", MXC_LINT_RW },
        { &filesystem->readonly, "readonlyPaths", MXC_LINT_RO },
        { &filesystem->denied, "deniedPaths", MXC_LINT_DENY },
    };
    size_t count =
        filesystem->readwrite.count + filesystem->readonly.count + filesystem->denied.count;

    linter->entries = mxc_arena_alloc(linter->arena, (count + 1) * sizeof *linter->entries);
    if (!linter->entries)
        return mxc_lint_out_of_memory(linter);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (size_t k = 0; k < lists[i].strings->count; k++)
            if (add_entry(linter, lists[i].intent, lists[i].name, k, lists[i].strings->items[k]) <
                0)
                return -1;
    return 0;
}

static int find_home(struct mxc_linter *linter)
{
    const char *home = linter->facts->home;

    if (!home || home[0] != '/')
        return 0;
    if (mxc_lint_resolve(linter, home, &linter->home) < 0)
        return -1;
    if (linter->home && strcmp(linter->home, "/") == 0)
        linter->home = NULL; /* an account of a service: its home is no home */
    return 0;
}

static int check_filesystem(struct mxc_linter *linter)
{
    for (size_t i = 0; i < linter->entry_count; i++) {
        const struct mxc_lint_entry *entry = &linter->entries[i];

        if (mxc_lint_spelling(linter, entry) < 0 || mxc_lint_grant(linter, entry) < 0 ||
            mxc_lint_contents(linter, entry) < 0)
            return -1;
    }
    return 0;
}

int mxc_lint(struct mxc_arena *arena, const struct mxc_policy *policy, const char *config_path,
             const struct mxc_facts *facts, struct mxc_findings *out, struct mxc_err *err)
{
    struct mxc_linter linter = { .arena = arena,
                                 .policy = policy,
                                 .facts = facts,
                                 .config_path = config_path,
                                 .looker = { .arena = arena, .facts = facts },
                                 .err = err };

    if (find_home(&linter) < 0 || add_entries(&linter) < 0 || mxc_lint_document(&linter) < 0 ||
        mxc_lint_process(&linter) < 0 || check_filesystem(&linter) < 0 ||
        mxc_lint_network(&linter) < 0)
        return -1;
    *out = linter.findings;
    return 0;
}
