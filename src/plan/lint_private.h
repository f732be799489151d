/* SPDX-License-Identifier: MIT */
/* What the checks of a policy share. */
#ifndef MXC_PLAN_LINT_PRIVATE_H
#define MXC_PLAN_LINT_PRIVATE_H

#include "plan/lint.h"
#include "plan/walk.h"

enum mxc_lint {
    MXC_LINT_VERSION_ABSENT,
    MXC_LINT_VERSION_OLD,
    MXC_LINT_OTHER_SYSTEM,
    MXC_LINT_NO_TIMEOUT,
    MXC_LINT_ENV_SECRET,
    MXC_LINT_URL_CREDENTIALS,
    MXC_LINT_ENV_LOADER,
    MXC_LINT_ENV_TWICE,
    MXC_LINT_ENV_PATH,
    MXC_LINT_PATH_RELATIVE,
    MXC_LINT_PATH_PATTERN,
    MXC_LINT_PATH_VARIABLE,
    MXC_LINT_PATH_TWICE,
    MXC_LINT_WIDE_GRANT,
    MXC_LINT_HOME_GRANT,
    MXC_LINT_SHARED_TEMPORARY,
    MXC_LINT_BLOCK_DEVICE,
    MXC_LINT_DEVICE,
    MXC_LINT_CREDENTIALS,
    MXC_LINT_SECRET_FILE,
    MXC_LINT_CONTROL_SOCKET,
    MXC_LINT_CONFIG_WRITABLE,
    MXC_LINT_CONFIG_READABLE,
    MXC_LINT_HOST_CODE,
    MXC_LINT_BUILD_CODE,
    MXC_LINT_DENIED_NO_EFFECT,
    MXC_LINT_DENIED_MISSING,
    MXC_LINT_NETWORK_OPEN,
    MXC_LINT_HOST_LOOPBACK,
    MXC_LINT_INGRESS_OPEN,
    MXC_LINT_METADATA,
    MXC_LINT_NAME_PORTS,
    MXC_LINT_WIDE_NAME,
    MXC_LINT_LOOPBACK_RULE,
    MXC_LINT_PUBLISH_WIDE,
    MXC_LINT_UI_OPEN,
    MXC_LINT_NO_MEMORY_LIMIT,
    MXC_LINT_COUNT,
};

/* In order of strictness: at the same path the higher one wins. */
enum mxc_lint_intent { MXC_LINT_RW, MXC_LINT_RO, MXC_LINT_DENY };

/* One entry of a path list, looked up on the host. */
struct mxc_lint_entry {
    enum mxc_lint_intent intent;
    const char *written;
    const char *pointer;
    const char *clean;    /* as written, absolute */
    const char *path;     /* without symlinks; of a missing object the first name that is missing */
    enum mxc_object type; /* MISSING also when the host does not let us look */
    bool missing;         /* nothing is there */
};

struct mxc_linter {
    struct mxc_arena *arena;
    const struct mxc_policy *policy;
    const struct mxc_facts *facts;
    const char *config_path;
    const char *home; /* without symlinks; NULL when unknown */
    struct mxc_looker looker;
    struct mxc_lint_entry *entries; /* in the order rw, ro, denied */
    size_t entry_count;
    struct mxc_findings findings;
    const char **subjects; /* one a finding, so that none is reported twice */
    size_t finding_room;
    size_t subject_room;
    struct mxc_err *err; /* the caller's */
};

/* A file or directory that matters, by name relative to a home or to the root of a grant, or
 * absolute (then "%u" stands for the caller's uid). */
struct mxc_lint_name {
    const char *name;
    const char *what; /* what it holds or who runs it */
    enum mxc_lint rule;
};

struct mxc_lint_names {
    const struct mxc_lint_name *items;
    size_t count;
};

extern const struct mxc_lint_names mxc_lint_home_stores;    /* in a home, and in any grant's root */
extern const struct mxc_lint_names mxc_lint_project_stores; /* in any grant's root */
extern const struct mxc_lint_names mxc_lint_host_stores;    /* absolute */
extern const struct mxc_lint_names mxc_lint_home_code;      /* in a home */
extern const struct mxc_lint_names mxc_lint_project_code;   /* in the root of a writable grant */

/* A directory that is unwise to grant as a whole. */
struct mxc_lint_wide {
    const char *path;
    const char *what;
    bool harmless_to_read;
};

extern const struct mxc_lint_wide mxc_lint_wide[];
extern const size_t mxc_lint_wide_count;

extern const char *const mxc_lint_secret_words[]; /* ends of names of variables; ended by NULL */
extern const char *const mxc_lint_loaders[];      /* variables that change what is executed */

/* Adds a finding unless the rule has reported this subject already. 'detail' may be NULL. All
 * functions below that return int give 0, or -1 with the linter's err when out of memory. */
int mxc_lint_add(struct mxc_linter *linter, enum mxc_lint rule, const char *pointer,
                 const char *subject, const char *detail);
int mxc_lint_out_of_memory(struct mxc_linter *linter);

/* Looks at the object that an absolute path names. Its path without symlinks, or NULL when there is
 * none, or it cannot be seen. */
int mxc_lint_resolve(struct mxc_linter *linter, const char *path, const char **out);

/* The entry that decides about a path without symlinks: the most specific one. NULL: none does. */
const struct mxc_lint_entry *mxc_lint_decides(const struct mxc_linter *linter, const char *path);

/* The groups of checks. */
int mxc_lint_document(struct mxc_linter *linter); /* version, containment */
int mxc_lint_process(struct mxc_linter *linter);
int mxc_lint_spelling(struct mxc_linter *linter, const struct mxc_lint_entry *entry);
int mxc_lint_grant(struct mxc_linter *linter, const struct mxc_lint_entry *entry);
int mxc_lint_contents(struct mxc_linter *linter, const struct mxc_lint_entry *entry);
int mxc_lint_network(struct mxc_linter *linter); /* ui and limits as well */

#endif
