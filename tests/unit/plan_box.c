/* SPDX-License-Identifier: MIT */
/* The model of the engine: does a plan's steps on a host of the model. */
#include <stdio.h>
#include <string.h>

#include "plan_model.h"

struct builder {
    struct world *world;
    const struct mxc_step *step;
};

static struct node *own_node(struct builder *b, struct node *parent, const char *name,
                             enum mxc_object type)
{
    struct node *node = mxc_arena_alloc(&b->world->arena, sizeof *node);

    *node = (struct node){ .parent = parent, .name = name, .type = type };
    if (parent) {
        node->next = parent->children;
        parent->children = node;
    }
    return node;
}

static struct mount *attach(struct builder *b, struct node *root, struct spot at, bool readonly)
{
    struct mount *mount = mxc_arena_alloc(&b->world->arena, sizeof *mount);

    *mount = (struct mount){ .root = root,
                             .on = at.mount,
                             .at = at.node,
                             .older = b->world->box.newest,
                             .readonly = readonly };
    b->world->box.newest = mount;
    return mount;
}

static bool is_below(const struct node *node, const struct node *top)
{
    while (node && node != top)
        node = node->parent;
    return node != NULL;
}

/* Copies a mount, and what is mounted below the root of the copy, oldest first. */
static void clone_tree(struct builder *b, const struct mount *newest, const struct mount *source,
                       struct mount *copy)
{
    const struct mount *found[64];
    size_t count = 0;

    for (const struct mount *mount = newest; mount; mount = mount->older)
        if (mount->on == source && mount->on && is_below(mount->at, copy->root) && count < 64)
            found[count++] = mount;
    while (count) {
        const struct mount *mount = found[--count];
        struct spot at = { copy, mount->at };
        struct mount *below = attach(b, mount->root, at, copy->readonly || mount->readonly);

        clone_tree(b, newest, mount, below);
    }
}

static const char *do_make(struct builder *b, enum mxc_object type)
{
    const char *slash = strrchr(b->step->to, '/');
    const char *parent = mxc_arena_copy_n(&b->world->arena, b->step->to,
                                          slash == b->step->to ? 1 : (size_t)(slash - b->step->to));
    struct spot spot = model_at(&b->world->box, parent);

    if (!spot.node || spot.node->device || spot.node->type != MXC_OBJECT_DIRECTORY)
        return "is not made in a directory of our own";
    if (model_child(spot.node, slash + 1, strlen(slash + 1)))
        return "exists already";
    own_node(b, spot.node, slash + 1, type)->target = b->step->from;
    return NULL;
}

static const char *do_bind(struct builder *b)
{
    struct spot from = model_at(&b->world->host, b->step->from);
    struct spot to = model_at(&b->world->box, b->step->to);
    bool readonly = !(b->step->flags & MXC_STEP_RW);
    struct mount *mount;

    if (!from.node || from.node->type == MXC_OBJECT_SYMLINK)
        return "has no source";
    if (b->step->inode && (b->step->inode != (uint64_t)from.node->object ||
                           b->step->device != (uint64_t)from.node->device))
        return "has the wrong identity";
    if (!to.node ||
        (to.node->type == MXC_OBJECT_DIRECTORY) != (from.node->type == MXC_OBJECT_DIRECTORY))
        return "has no mount point of its kind";
    if (to.node->device && to.node->object != from.node->object)
        return "covers another object of the host";
    mount = attach(b, from.node, to, readonly);
    mount->protects = readonly;
    if (b->step->flags & MXC_STEP_RECURSIVE)
        clone_tree(b, b->world->host.newest, from.mount, mount);
    return NULL;
}

static const char *do_pin(struct builder *b)
{
    struct spot to = model_at(&b->world->box, b->step->to);
    struct mount *newest = b->world->box.newest;

    if (!to.node || to.node->type != MXC_OBJECT_DIRECTORY || !to.node->device)
        return "pins no directory of the host";
    if (to.mount->readonly || (uint64_t)to.node->object != b->step->inode)
        return "pins what it need not";
    clone_tree(b, newest, to.mount, attach(b, to.node, to, false));
    return NULL;
}

static const char *do_cover(struct builder *b, enum mxc_object type)
{
    struct spot to = model_at(&b->world->box, b->step->to);

    if (!to.node || to.node->type != type)
        return "covers nothing of its kind";
    if (b->step->inode && (uint64_t)to.node->object != b->step->inode)
        return "covers another object than planned";
    attach(b, own_node(b, NULL, "", type), to, true)->protects = true;
    return NULL;
}

static const char *do_own(struct builder *b)
{
    struct spot to = model_at(&b->world->box, b->step->to);

    if (!to.node || to.node->type != MXC_OBJECT_DIRECTORY)
        return "has no mount point";
    attach(b, own_node(b, NULL, "", MXC_OBJECT_DIRECTORY), to, false);
    return NULL;
}

static const char *do_step(struct builder *b)
{
    switch (b->step->kind) {
    case MXC_STEP_DIRECTORY:
        return do_make(b, MXC_OBJECT_DIRECTORY);
    case MXC_STEP_FILE:
        return do_make(b, MXC_OBJECT_FILE);
    case MXC_STEP_SYMLINK:
        return do_make(b, MXC_OBJECT_SYMLINK);
    case MXC_STEP_BIND:
        return do_bind(b);
    case MXC_STEP_PIN:
        return do_pin(b);
    case MXC_STEP_HIDE:
        return do_cover(b, b->step->object);
    case MXC_STEP_SHELL:
        return do_cover(b, MXC_OBJECT_DIRECTORY);
    case MXC_STEP_TMP:
    case MXC_STEP_DEVICES:
    case MXC_STEP_PROC:
        return do_own(b);
    default:
        return NULL;
    }
}

const char *model_build_box(struct world *world, const struct mxc_plan *plan)
{
    struct builder b = { .world = world };
    struct mount *root =
        attach(&b, own_node(&b, NULL, "", MXC_OBJECT_DIRECTORY), (struct spot){ 0 }, false);

    world->box.root = root;
    for (size_t i = 0; i < plan->count; i++) {
        const char *wrong;

        b.step = &plan->steps[i];
        wrong = do_step(&b);
        if (wrong)
            return mxc_arena_format(&world->arena, "step %zu, '%s', %s", i,
                                    b.step->to ? b.step->to : "", wrong);
    }
    return NULL;
}
