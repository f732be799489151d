/* SPDX-License-Identifier: MIT */
/* docs/lints.md, printed from the tables that the checks use. */
#include <string.h>

#include "plan/lint_private.h"

static const char introduction[] =
    "# What `mxc check` finds\n"
    "\n"
    "<!-- Printed from src/plan/lint_rules.c and lint_names.c; a test compares. After a change:\n"
    "build/tools/lint_doc >docs/lints.md -->\n"
    "\n"
    "A policy that can be enforced may still be unwise. `mxc check` reports that: each finding has "
    "a\n"
    "stable id, a severity, the JSON pointer of the key, one sentence, and a remedy.\n"
    "\n"
    "* error: the policy gives away, or fails to close, what a sandbox is for.\n"
    "* warning: a risk that somebody should have decided to take.\n"
    "* info: worth knowing.\n"
    "\n"
    "Only known names are looked up on the host, and no directory is listed, so a check is quick "
    "and\n"
    "reads no content. What the caller cannot read or write is not reported, as the guest cannot "
    "either.\n"
    "A path that is denied, or read-only where writing is the matter, is not reported.\n"
    "\n";

/* Patterns are shown with "PATH" for what a finding puts there. */
static void add_remedy(struct mxc_buf *out, const char *pattern)
{
    for (const char *mark; (mark = strstr(pattern, "{}")); pattern = mark + 2) {
        mxc_buf_add_n(out, pattern, (size_t)(mark - pattern));
        mxc_buf_add(out, "PATH");
    }
    mxc_buf_add(out, pattern);
}

static void add_rules(struct mxc_buf *out)
{
    mxc_buf_add(out, "## Findings\n\n| id | severity | when, and why it matters | remedy |\n"
                     "| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < mxc_lint_rule_count; i++) {
        const struct mxc_lint_rule *rule = &mxc_lint_rules[i];

        mxc_buf_format(out, "| `%s` | %s | %s | ", rule->id, mxc_severity_name(rule->severity),
                       rule->meaning);
        add_remedy(out, rule->remedy);
        mxc_buf_add(out, " |\n");
    }
}

static void add_names(struct mxc_buf *out, const char *title, const char *header,
                      const struct mxc_lint_names *names)
{
    mxc_buf_format(out, "\n## %s\n\n| name | %s | id |\n| --- | --- | --- |\n", title, header);
    for (size_t i = 0; i < names->count; i++)
        mxc_buf_format(out, "| `%s` | %s | `%s` |\n", names->items[i].name, names->items[i].what,
                       mxc_lint_rules[names->items[i].rule].id);
}

static void add_wide(struct mxc_buf *out)
{
    mxc_buf_add(out, "\n## Wide grants\n\nA grant of the directory itself; grants below it are not "
                     "reported. The home directory, and\nwhat lies above it, are `home-grant`.\n\n"
                     "| directory | opens | read-only |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < mxc_lint_wide_count; i++)
        mxc_buf_format(out, "| `%s` | %s | %s |\n", mxc_lint_wide[i].path, mxc_lint_wide[i].what,
                       mxc_lint_wide[i].harmless_to_read ? "fine" : "reported");
}

void mxc_lint_markdown(struct mxc_buf *out)
{
    mxc_buf_add(out, introduction);
    add_rules(out);
    add_wide(out);
    add_names(out, "Credentials in a home, and in the root of any grant", "holds",
              &mxc_lint_home_stores);
    add_names(out, "Secrets in the root of any grant", "holds", &mxc_lint_project_stores);
    add_names(out, "Credentials and sockets of the host (%u is the caller's uid)",
              "holds or commands", &mxc_lint_host_stores);
    add_names(out, "Code in a home that the host runs", "run by", &mxc_lint_home_code);
    add_names(out, "Code in the root of a writable grant that the host runs", "run by",
              &mxc_lint_project_code);
}
