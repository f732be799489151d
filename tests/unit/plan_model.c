/* SPDX-License-Identifier: MIT */
/* The model: a random host, and looking at it. */
#include "plan_model.h"

#include <stdio.h>
#include <string.h>

void model_seed(struct world *world, uint64_t seed)
{
    world->seed = seed * 0x9e3779b97f4a7c15u + 1;
}

void model_choose_by(struct world *world, const uint8_t *choices, size_t count)
{
    model_seed(world, count);
    world->choices = choices;
    world->choices_left = count;
}

unsigned model_random(struct world *world, unsigned limit)
{
    if (world->choices_left && limit <= 256) {
        world->choices_left--;
        return *world->choices++ % limit;
    }
    world->seed ^= world->seed << 13;
    world->seed ^= world->seed >> 7;
    world->seed ^= world->seed << 17;
    return (unsigned)(world->seed >> 33) % limit;
}

static struct node *make(struct world *world, struct node *parent, const char *name,
                         enum mxc_object type)
{
    struct node *node = mxc_arena_alloc(&world->arena, sizeof *node);

    *node = (struct node){ .parent = parent, .name = name, .type = type, .links = 1 };
    node->object = ++world->next_object;
    if (parent) {
        node->device = parent->device;
        node->next = parent->children;
        parent->children = node;
    }
    return node;
}

struct node *model_child(const struct node *directory, const char *name, size_t length)
{
    struct node *node = directory->children;

    while (node && (strlen(node->name) != length || strncmp(node->name, name, length) != 0))
        node = node->next;
    return node;
}

static struct spot cross(const struct view *view, struct spot spot)
{
    for (const struct mount *mount = view->newest; mount; mount = mount->older)
        if (mount->on == spot.mount && mount->on && mount->at == spot.node)
            return cross(view, (struct spot){ (struct mount *)(uintptr_t)mount, mount->root });
    return spot;
}

struct spot model_at(const struct view *view, const char *path)
{
    struct spot spot = cross(view, (struct spot){ view->root, view->root->root });

    while (spot.node && *path) {
        size_t length = strcspn(++path, "/");

        if (!length || (length == 1 && *path == '.')) {
            path += length;
            continue;
        }
        spot.node =
            spot.node->type == MXC_OBJECT_DIRECTORY ? model_child(spot.node, path, length) : NULL;
        if (spot.node)
            spot = cross(view, spot);
        path += length;
    }
    return spot;
}

/* Path so far as a text: going up is cutting it. */
static struct spot follow(struct world *world, const struct view *view, char *path,
                          const char *text, unsigned *links)
{
    struct spot spot = model_at(view, *path ? path : "/");

    while (*text && spot.node) {
        size_t length = strcspn(text, "/");
        size_t end = strlen(path);

        if (length == 1 && *text == '.') { /* taken away before the planner walks */
            text += length + (text[length] == '/');
            continue;
        }
        if (length && spot.node->type != MXC_OBJECT_DIRECTORY) {
            spot.node = NULL;
        } else if (length == 2 && !strncmp(text, "..", 2)) {
            char *slash = strrchr(path, '/');

            if (slash)
                *slash = '\0';
            spot = model_at(view, *path ? path : "/");
        } else if (length) {
            (void)sprintf(path + end, "/%.*s", (int)length, text);
            spot = model_at(view, path);
            if (spot.node && spot.node->type == MXC_OBJECT_SYMLINK) {
                const char *target = spot.node->target;

                path[target && *target == '/' ? 0 : end] = '\0';
                if (!target || ++*links > 40) /* none: it is hidden */
                    spot.node = NULL;
                else
                    spot = follow(world, view, path, target, links);
            }
        }
        text += length + (text[length] == '/');
    }
    return spot;
}

struct spot model_follow(struct world *world, const struct view *view, const char *text,
                         const char **path)
{
    char buffer[16384] = "";
    unsigned links = 0;
    struct spot spot = follow(world, view, buffer, text, &links);

    *path = mxc_arena_copy(&world->arena, *buffer ? buffer : "/");
    return spot;
}

static void walk_below(struct world *world, const struct view *view, const char *path,
                       struct spot spot, model_visit *visit, void *context)
{
    visit(context, path, spot);
    for (struct node *node = spot.node->children; node; node = node->next) {
        const char *below =
            mxc_arena_format(&world->arena, "%s/%s", path[1] ? path : "", node->name);

        walk_below(world, view, below, cross(view, (struct spot){ spot.mount, node }), visit,
                   context);
    }
}

void model_walk(struct world *world, const struct view *view, model_visit *visit, void *context)
{
    walk_below(world, view, "/", cross(view, (struct spot){ view->root, view->root->root }), visit,
               context);
}

struct choice {
    const char *path;
    unsigned seen;
    unsigned wanted; /* the number of the path to keep */
    bool everything;
};

static void choose(void *context, const char *path, struct spot spot)
{
    struct choice *choice = context;

    (void)spot;
    if (!choice->everything && (!strncmp(path, "/dev", 4) || !strncmp(path, "/proc", 5)))
        return;
    if (choice->seen++ == choice->wanted)
        choice->path = path;
}

const char *model_random_path(struct world *world)
{
    struct choice choice = { .everything = model_random(world, 20) == 0 };

    model_walk(world, &world->host, choose, &choice);
    choice.wanted = model_random(world, choice.seen);
    choice.seen = 0;
    model_walk(world, &world->host, choose, &choice);
    return choice.path;
}

/* A random object of the host; a directory when asked for. */
static struct node *random_node(struct world *world, enum mxc_object type)
{
    for (unsigned tries = 0; tries < 50; tries++) {
        struct spot spot = model_at(&world->host, model_random_path(world));

        if (spot.node && spot.node->type == type)
            return spot.node;
    }
    return world->host.root->root;
}

static struct node *make_path(struct world *world, const char *path, enum mxc_object type,
                              const char *target)
{
    struct node *node = world->host.root->root;

    while (*path) {
        size_t length = strcspn(++path, "/");
        struct node *child = model_child(node, path, length);
        bool last = !path[length];

        if (!child)
            child = make(world, node, mxc_arena_copy_n(&world->arena, path, length),
                         last ? type : MXC_OBJECT_DIRECTORY);
        node = child;
        path += length;
    }
    node->target = target;
    return node;
}

static void mount_host(struct world *world, struct node *root, struct spot at)
{
    struct mount *mount = mxc_arena_alloc(&world->arena, sizeof *mount);

    *mount =
        (struct mount){ .root = root, .on = at.mount, .at = at.node, .older = world->host.newest };
    world->host.newest = mount;
    if (!at.mount)
        world->host.root = mount;
}

static void add_random_object(struct world *world)
{
    static const char *const names[] = { "a", "b", "c", "d e", "f" };
    struct node *directory = random_node(world, MXC_OBJECT_DIRECTORY);
    const char *name = names[model_random(world, 5)];
    unsigned kind = model_random(world, 12);
    struct node *node, *other;

    if (model_child(directory, name, strlen(name)))
        return;
    if (kind == 0) {
        const char *target = model_random_path(world);

        if (model_random(world, 3) == 0)
            target = mxc_arena_format(&world->arena, "../%s", target + 1);
        make(world, directory, name, MXC_OBJECT_SYMLINK)->target = target;
    } else if (kind == 1 &&
               (other = random_node(world, MXC_OBJECT_FILE))->type == MXC_OBJECT_FILE &&
               other->device == directory->device && other->links == 1) {
        node = make(world, directory, name, MXC_OBJECT_FILE);
        node->object = other->object;
        node->links = other->links = 2;
    } else {
        make(world, directory, name, kind < 5 ? MXC_OBJECT_FILE : MXC_OBJECT_DIRECTORY);
    }
}

static void add_random_mount(struct world *world)
{
    struct spot at = model_at(&world->host, model_random_path(world));
    struct node *root;

    if (!at.node || at.node == world->host.root->root || at.node->type == MXC_OBJECT_SYMLINK)
        return;
    if (at.node->type == MXC_OBJECT_DIRECTORY && model_random(world, 4) == 0) {
        root = make(world, NULL, "", MXC_OBJECT_DIRECTORY);
        root->device = world->next_object;
        make(world, root, "a", MXC_OBJECT_DIRECTORY);
    } else {
        root = random_node(world, at.node->type);
    }
    if (root->type == at.node->type)
        mount_host(world, root, at);
}

static int look(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    struct world *world = context;
    struct node *node = model_at(&world->host, path).node;

    (void)arena;
    *out = (struct mxc_fact){ 0 };
    if (node)
        *out = (struct mxc_fact){ .type = node->type,
                                  .device = (uint64_t)node->device,
                                  .inode = (uint64_t)node->object,
                                  .links = (uint32_t)node->links,
                                  .target = node->target };
    return 0;
}

/* Types without identities, as a listing of names tells them, for every other length of a path. */
static bool glance(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    struct mxc_fact fact;

    if (strlen(path) % 2 || look(context, arena, path, &fact) != 0)
        return false;
    *out = (struct mxc_fact){ .type = fact.type, .target = fact.target };
    return true;
}

static bool may(void *context, const char *path, unsigned bits)
{
    (void)context;
    (void)path;
    (void)bits;
    return true;
}

static const char *path_within(struct world *world, const struct node *node)
{
    if (!node->parent)
        return "";
    return mxc_arena_format(&world->arena, "%s/%s", path_within(world, node->parent), node->name);
}

static const char *path_of_mount(struct world *world, const struct mount *mount)
{
    const char *inside, *root;

    if (!mount->on)
        return "";
    inside = path_within(world, mount->at);
    root = path_within(world, mount->on->root);
    return mxc_arena_format(&world->arena, "%s%s", path_of_mount(world, mount->on),
                            inside + strlen(root));
}

static const char *or_root(const char *path)
{
    return *path ? path : "/";
}

static int list_mounts(void *context, struct mxc_arena *arena, struct mxc_fact_mount **out,
                       size_t *count)
{
    struct world *world = context;
    size_t total = 0, at;

    world->mounts_asked++;
    for (const struct mount *mount = world->host.newest; mount; mount = mount->older)
        total++;
    *out = mxc_arena_alloc(arena, total * sizeof **out);
    *count = at = total;
    for (const struct mount *mount = world->host.newest; mount; mount = mount->older)
        (*out)[--at] = (struct mxc_fact_mount){
            .id = (uintptr_t)mount,
            .parent = (uintptr_t)mount->on,
            .device = (uint64_t)mount->root->device,
            .root = or_root(path_within(world, mount->root)),
            .point = or_root(path_of_mount(world, mount)),
            .type = "ext4",
        };
    return 0;
}

void model_make_host(struct world *world)
{
    struct node *root = make(world, NULL, "", MXC_OBJECT_DIRECTORY);

    root->device = 1;
    mount_host(world, root, (struct spot){ 0 });
    make_path(world, "/usr/bin/dash", MXC_OBJECT_FILE, NULL);
    make_path(world, "/usr/bin/sh", MXC_OBJECT_SYMLINK, "dash");
    make_path(world, "/usr/lib/a", MXC_OBJECT_FILE, NULL);
    make_path(world, "/bin", MXC_OBJECT_SYMLINK, "usr/bin");
    make_path(world, "/etc/shadow", MXC_OBJECT_FILE, NULL);
    make_path(world, "/tmp/a", MXC_OBJECT_DIRECTORY, NULL);
    make_path(world, "/dev/shm", MXC_OBJECT_DIRECTORY, NULL);
    make_path(world, "/proc", MXC_OBJECT_DIRECTORY, NULL);
    make_path(world, "/a/b/c", MXC_OBJECT_DIRECTORY, NULL);
    for (unsigned i = 10 + model_random(world, 15); i; i--)
        add_random_object(world);
    for (unsigned i = model_random(world, 4); i; i--)
        add_random_mount(world);
    for (unsigned i = model_random(world, 6); i; i--)
        add_random_object(world);
    world->facts = (struct mxc_facts){ .context = world,
                                       .look = look,
                                       .glance = glance,
                                       .may = may,
                                       .mounts = list_mounts,
                                       .cwd = "/a",
                                       .uid = 1000,
                                       .gid = 1000,
                                       .can_map_ids = model_random(world, 2) };
}
