/* SPDX-License-Identifier: MIT */
/* A slow and simple model of paths, links and mounts, written without the planner's code: random hosts,
 * and the view that a plan makes of one. It says what the planner may not get wrong. */
#ifndef MXC_TESTS_PLAN_MODEL_H
#define MXC_TESTS_PLAN_MODEL_H

#include "plan/plan.h"

struct node {
    struct node *parent;
    struct node *children;
    struct node *next; /* of the same parent */
    const char *name;
    const char *target; /* of a symlink */
    enum mxc_object type;
    int device; /* 0: made by the sandbox */
    int object; /* hard links share it */
    int links;
};

struct mount {
    struct node *root;
    struct mount *on;
    struct node *at;
    struct mount *older;
    bool readonly;
    bool protects; /* a step of the plan put it there to keep something in its place */
};

struct view {
    struct mount *newest;
    struct mount *root;
};

struct spot {
    struct mount *mount;
    struct node *node; /* NULL: nothing there */
};

struct world {
    struct mxc_arena arena;
    uint64_t seed;
    const uint8_t *choices; /* where given, chance takes these bytes first */
    size_t choices_left;
    int next_object;
    struct view host;
    struct view box;
    struct mxc_facts facts;
    unsigned mounts_asked;
};

unsigned model_random(struct world *world, unsigned limit);

/* Where chance begins: a number, or bytes and the number that they are. */
void model_seed(struct world *world, uint64_t seed);
void model_choose_by(struct world *world, const uint8_t *choices, size_t count);

/* A host with a merged /usr, and random directories, files, links of both kinds and mounts. */
void model_make_host(struct world *world);

/* A random existing path of the host, maybe through symlinks and mounts. */
const char *model_random_path(struct world *world);

struct node *model_child(const struct node *directory, const char *name, size_t length);

/* The object at a path, not following symlinks. */
struct spot model_at(const struct view *view, const char *path);

/* The object that a path names, following symlinks; '*path' becomes the path without them. */
struct spot model_follow(struct world *world, const struct view *view, const char *text,
                         const char **path);

/* Calls 'visit' for every path of the view. */
typedef void model_visit(void *context, const char *path, struct spot spot);
void model_walk(struct world *world, const struct view *view, model_visit *visit, void *context);

/* Does what the plan says. NULL, or what is wrong with a step. */
const char *model_build_box(struct world *world, const struct mxc_plan *plan);

#endif
