/* SPDX-License-Identifier: MIT */
/* The promises of a plan, checked against the slow model: it shows what the policy grants, as it grants it,
 * and nothing else. */
#include "plan_check.h"

#include <stdio.h>
#include <string.h>

#define PATHS_MAX 5

enum wish { WISH_DENY, WISH_RO, WISH_RW, WISH_NONE };

struct listed {
    const char *written;
    const char *path; /* without symlinks */
    struct spot spot;
    enum wish wish;
    enum wish joined; /* the strictest about the same object */
};

struct check {
    struct world *world;
    struct listed listed[3 * PATHS_MAX];
    size_t count;
    const char *failure;

    const struct node *node; /* whose names are looked for */
    enum wish verdict;
    int depth;
};

static bool within(const char *path, const char *top)
{
    size_t length = strlen(top);

    return length == 1 || (!strncmp(path, top, length) && (!path[length] || path[length] == '/'));
}

static void fail(struct check *check, const char *what, const char *path)
{
    if (!check->failure)
        check->failure = mxc_arena_format(&check->world->arena, "%s: '%s'", what, path);
}

/* Directories that the sandbox makes itself, unless the policy names them. */
static bool is_private(const struct check *check, const char *path)
{
    static const char *const own[] = { "/proc", "/dev", "/tmp", "/dev/shm" };
    const char *best = "";
    bool private = false;

    for (size_t i = 0; i < 4; i++)
        if (within(path, own[i]) && strlen(own[i]) > strlen(best)) {
            best = own[i];
            private = true;
        }
    for (size_t i = 0; i < check->count; i++)
        if (check->listed[i].spot.node && within(path, check->listed[i].path) &&
            strlen(check->listed[i].path) >= strlen(best)) {
            best = check->listed[i].path;
            private = false;
        }
    return private;
}

/* What the policy says about one path: the deepest entry at or above it, of 'top' when that is wanted. */
static enum wish wish_about(const struct check *check, const char *path, const char **top)
{
    const char *best = "";
    enum wish wish = WISH_NONE;

    if (top)
        *top = best;
    if (is_private(check, path))
        return WISH_NONE;
    for (size_t i = 0; i < check->count; i++) {
        const struct listed *listed = &check->listed[i];

        if (!listed->spot.node || !within(path, listed->path) ||
            strlen(listed->path) < strlen(best))
            continue;
        if (strlen(listed->path) > strlen(best) || listed->joined < wish)
            wish = listed->joined;
        best = listed->path;
    }
    if (top)
        *top = best;
    return wish;
}

static int depth_of(const struct node *node)
{
    int depth = 1;

    for (; node->parent; node = node->parent)
        depth++;
    return depth;
}

/* A name that inherits its access over the edge of its mount, nearer than anything that was listed. */
static void inherit(void *context, const char *path, struct spot spot)
{
    struct check *check = context;
    const char *top;
    enum wish wish;

    if (spot.node != check->node)
        return;
    wish = wish_about(check, path, &top);
    if (wish < check->verdict && model_at(&check->world->host, top).mount != spot.mount &&
        depth_of(spot.mount->root) > check->depth)
        check->verdict = wish;
}

/* What the policy says about an object: the strictest about the nearest listed object at or above it in
 * its filesystem, and about mounts of it. */
static enum wish verdict_about(struct check *check, const struct node *node)
{
    check->node = node;
    check->verdict = WISH_NONE;
    check->depth = 0;
    for (const struct node *above = node; above && check->verdict == WISH_NONE;
         above = above->parent)
        for (size_t i = 0; i < check->count; i++)
            if (check->listed[i].spot.node == above && check->listed[i].joined < check->verdict) {
                check->verdict = check->listed[i].joined;
                check->depth = depth_of(above);
            }
    model_walk(check->world, &check->world->host, inherit, check);
    return check->verdict;
}

static bool is_secret(const struct check *check, const struct node *node)
{
    return model_at(&check->world->host, "/etc/shadow").node == node;
}

static bool is_listed_grant(const struct check *check, const struct node *node)
{
    for (size_t i = 0; i < check->count; i++)
        if (check->listed[i].spot.node == node && check->listed[i].joined != WISH_DENY)
            return true;
    return false;
}

static bool in_baseline(const struct check *check, const char *path)
{
    static const char *const names[] = { "/usr/bin", "/usr/lib", "/etc", "/bin", "/lib" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *top;

        if (model_follow(check->world, &check->world->host, names[i], &top).node &&
            within(path, top))
            return true;
    }
    return false;
}

/* Everything that the sandbox sees of the host. */
static void check_visible(void *context, const char *path, struct spot spot)
{
    struct check *check = context;
    enum wish verdict;

    if (!spot.node->device || spot.node->type == MXC_OBJECT_SYMLINK)
        return;
    verdict = verdict_about(check, spot.node);
    if (verdict == WISH_DENY)
        fail(check, "a denied object is visible", path);
    if (verdict == WISH_NONE && !in_baseline(check, path))
        fail(check, "something is visible that nobody granted", path);
    if (!spot.mount->readonly && verdict != WISH_RW)
        fail(check, "something is writable that nobody granted for writing", path);
    /* Other names of a secret are looked for when the mount table is needed anyway. */
    if (is_secret(check, spot.node) &&
        (check->world->mounts_asked || !strcmp(path, "/etc/shadow")) &&
        !is_listed_grant(check, spot.node))
        fail(check, "a secret of the baseline is visible", path);
    for (size_t i = 0; i < check->count; i++) {
        const struct listed *listed = &check->listed[i];

        if (!listed->spot.node || listed->spot.node->object != spot.node->object)
            continue;
        if (listed->wish == WISH_DENY)
            fail(check, "a denied object is visible by another link", path);
        if (listed->wish == WISH_RO && !spot.mount->readonly)
            fail(check, "a read-only object is writable by another link", path);
    }
}

static bool is_listed(const struct check *check, const struct node *node)
{
    for (size_t i = 0; i < check->count; i++)
        if (check->listed[i].spot.node == node)
            return true;
    return false;
}

/* The access that a granted path has in the end: what holds for an object holds for what is mounted below
 * it, down from the nearest object that the policy names. */
static enum wish expected(struct check *check, const char *path)
{
    const char *top;
    enum wish wish = wish_about(check, path, &top);

    for (size_t length = strlen(path); wish != WISH_NONE && length >= strlen(top); length--) {
        const char *above = mxc_arena_copy_n(&check->world->arena, path, length);
        const struct node *node;
        enum wish verdict;

        if (length > 1 && path[length] && path[length] != '/')
            continue;
        node = model_at(&check->world->host, above).node;
        verdict = verdict_about(check, node);
        if (verdict < wish)
            wish = verdict;
        if (is_listed(check, node))
            break;
    }
    return wish;
}

/* Everything of the host that the policy grants must be there, with that access. */
static void check_granted(void *context, const char *path, struct spot spot)
{
    struct check *check = context;
    enum wish wish = expected(check, path);
    struct spot seen;

    if (wish == WISH_DENY || wish == WISH_NONE || spot.node->type == MXC_OBJECT_SYMLINK ||
        is_secret(check, spot.node))
        return;
    seen = model_at(&check->world->box, path);
    if (seen.node != spot.node)
        fail(check, "a granted object is not visible", path);
    else if (seen.mount->readonly != (wish == WISH_RO))
        fail(check, "a granted object has the wrong access", path);
}

/* A protected mount stays where it is only when nobody can rename a directory above it. */
static void check_pins(struct check *check)
{
    for (const struct mount *mount = check->world->box.newest; mount; mount = mount->older)
        if (mount->protects && mount->on && mount->on->root->device && !mount->on->readonly &&
            mount->at->parent && mount->at != mount->on->root &&
            mount->at->parent != mount->on->root)
            fail(check, "a protected object can be moved away", mount->at->name);
}

static void find_node(void *context, const char *path, struct spot spot)
{
    struct check *check = context;

    if (spot.node == check->node)
        fail(check, "a denied path that does not exist yet could appear in", path);
}

/* What is denied and does not exist must not have a place to appear in. */
static void check_missing(struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct listed *listed = &check->listed[i];
        size_t length = strlen(listed->path);

        if (listed->wish != WISH_DENY || listed->spot.node)
            continue;
        check->node = model_at(&check->world->host, listed->path).node; /* a file, taken for more */
        while (!check->node) {
            while (length && listed->path[length - 1] != '/')
                length--;
            length -= length > 1;
            check->node = model_at(&check->world->host,
                                   mxc_arena_copy_n(&check->world->arena, listed->path, length))
                              .node;
        }
        model_walk(check->world, &check->world->box, find_node, check);
    }
}

/* Does the policy deny a symlink by its own name? Then other names that lead through it may not work. */
static bool denies_link(const struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        struct spot spot = model_at(&check->world->host, check->listed[i].written);

        if (check->listed[i].wish == WISH_DENY && spot.node &&
            spot.node->type == MXC_OBJECT_SYMLINK)
            return true;
    }
    return false;
}

/* The name that the policy wrote works inside. */
static void check_names(struct check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct listed *listed = &check->listed[i];
        const char *path;

        if (listed->wish == WISH_DENY || expected(check, listed->path) == WISH_DENY)
            continue;
        if (model_follow(check->world, &check->world->box, listed->written, &path).node !=
            listed->spot.node)
            fail(check, "a granted name does not work", listed->written);
    }
}

static const char *random_text(struct world *world)
{
    const char *path = model_random_path(world);

    switch (model_random(world, 12)) {
    case 0:
        return mxc_arena_format(&world->arena, "%s/..", path);
    case 1:
        return mxc_arena_format(&world->arena, "/%s/./", path);
    case 2:
        return mxc_arena_format(&world->arena, "%s/missing", path);
    default:
        return path;
    }
}

static void fill(struct check *check, struct mxc_strings *list, enum wish wish, unsigned most)
{
    unsigned count = model_random(check->world, most + 1);

    list->items = mxc_arena_alloc(&check->world->arena, (count + 1) * sizeof *list->items);
    list->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct listed *listed = &check->listed[check->count++];

        listed->written = list->items[i] = random_text(check->world);
        listed->wish = listed->joined = wish;
        listed->spot =
            model_follow(check->world, &check->world->host, listed->written, &listed->path);
    }
}

static void join(struct check *check)
{
    for (size_t i = 0; i < check->count; i++)
        for (size_t k = 0; k < check->count; k++) {
            const struct node *a = check->listed[i].spot.node, *b = check->listed[k].spot.node;

            if (a && b && a->object == b->object && check->listed[k].wish < check->listed[i].joined)
                check->listed[i].joined = check->listed[k].wish;
        }
}

static void print_object(void *context, const char *path, struct spot spot)
{
    (void)context;
    printf("  %d:%d%s %s%s%s\n", spot.node->device, spot.node->object,
           spot.node == spot.mount->root ? " mount" : "", path, spot.node->target ? " -> " : "",
           spot.node->target ? spot.node->target : "");
}

static void report(struct check *check, const char *plan)
{
    printf("%s\n", check->failure);
    for (size_t i = 0; i < check->count; i++)
        printf("  %d %s = %s\n", (int)check->listed[i].wish, check->listed[i].written,
               check->listed[i].spot.node ? check->listed[i].path : "missing");
    printf("host\n");
    model_walk(check->world, &check->world->host, print_object, NULL);
    printf("plan\n%s", plan ? plan : "");
}

bool plan_check(struct world *world, bool *planned)
{
    struct check check = { .world = world };
    struct mxc_policy policy = { .process.command_line = "true" };
    struct mxc_plan plan;
    struct mxc_err err = { 0 };
    auto_buf text = { 0 };

    model_make_host(world);
    fill(&check, &policy.filesystem.readwrite, WISH_RW, 4);
    fill(&check, &policy.filesystem.readonly, WISH_RO, 3);
    fill(&check, &policy.filesystem.denied, WISH_DENY, 3);
    join(&check);
    *planned = mxc_plan_native(&world->arena, &policy, &world->facts, &plan, &err) == 0;
    if (!*planned) {
        if (err.where[0] != '/' || !err.text[0])
            fail(&check, "a refusal names no key", err.text);
    } else {
        mxc_plan_text(&plan, &text);
        check.failure = model_build_box(world, &plan);
        if (!check.failure) {
            model_walk(world, &world->box, check_visible, &check);
            model_walk(world, &world->host, check_granted, &check);
            check_pins(&check);
            check_missing(&check);
            if (!denies_link(&check))
                check_names(&check);
        }
    }
    if (check.failure)
        report(&check, text.data);
    return !check.failure;
}
