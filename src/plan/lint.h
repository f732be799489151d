/* SPDX-License-Identifier: MIT */
/* What is allowed but unwise in a policy. Pure: asks the host only through facts. */
#ifndef MXC_PLAN_LINT_H
#define MXC_PLAN_LINT_H

#include "base/buf.h"
#include "policy/facts.h"
#include "policy/policy.h"

enum mxc_severity { MXC_SEVERITY_INFO, MXC_SEVERITY_WARNING, MXC_SEVERITY_ERROR };

struct mxc_finding {
    const char *id; /* stable, for suppression and documentation: "wide-grant", "no-timeout", … */
    enum mxc_severity severity;
    const char *pointer; /* JSON pointer of the key, "" for the document */
    const char *text;    /* one sentence: what is the matter, with the path or value */
    const char *remedy;  /* one sentence: what to write instead */
};

struct mxc_findings {
    struct mxc_finding *items; /* in the arena, in the order of the policy's keys */
    size_t count;
};

/* 'config_path' is the file that holds the policy (absolute) or NULL when it came otherwise. */
int mxc_lint(struct mxc_arena *arena, const struct mxc_policy *policy, const char *config_path,
             const struct mxc_facts *facts, struct mxc_findings *out, struct mxc_err *err);

/* The table of rules, for documentation and for clients that list them. */
struct mxc_lint_rule {
    const char *id;
    enum mxc_severity severity;
    const char *meaning; /* when it fires and why that matters */
    const char *text; /* pattern of a finding's text: {} stands for the path or key, [] for more */
    const char *remedy; /* pattern of its remedy */
};

extern const struct mxc_lint_rule mxc_lint_rules[];
extern const size_t mxc_lint_rule_count;

/* "info", "warning", "error". Static storage. */
const char *mxc_severity_name(enum mxc_severity severity);

/* docs/lints.md, from the tables. */
void mxc_lint_markdown(struct mxc_buf *out);

#endif
