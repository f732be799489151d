/* SPDX-License-Identifier: MIT */
/* Facts from a list of paths; every parent of one is a directory. */
#include "lint_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
    const struct lint_object *objects;
    size_t count;
};

static const struct lint_object *find(const struct world *world, const char *path)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->objects[i].path, path) == 0)
            return &world->objects[i];
    return NULL;
}

static int look(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    const struct world *world = context;
    const struct lint_object *object = find(world, path);
    size_t length = strlen(path);

    (void)arena;
    *out = (struct mxc_fact){ .type = MXC_OBJECT_MISSING };
    if (object)
        *out = (struct mxc_fact){ .type = object->type, .target = object->target, .links = 1 };
    for (size_t i = 0; i < world->count && !object; i++)
        if (length == 1 || (strncmp(world->objects[i].path, path, length) == 0 &&
                            world->objects[i].path[length] == '/'))
            out->type = MXC_OBJECT_DIRECTORY;
    return 0;
}

static bool may(void *context, const char *path, unsigned bits)
{
    const struct lint_object *object = find(context, path);

    return !object || !(object->hidden & bits);
}

void lint_world_run(const struct lint_object *objects, size_t count, const char *policy,
                    struct lint_run *out)
{
    struct world world = { objects, count };
    struct mxc_facts facts = { .context = &world,
                               .look = look,
                               .may = may,
                               .cwd = "/home/u/work",
                               .home = "/home/u",
                               .uid = 1000,
                               .gid = 1000 };
    struct mxc_policy read;
    struct mxc_err err = { 0 };

    *out = (struct lint_run){ 0 };
    char *text = mxc_arena_copy(&out->arena, policy);
    assert_non_null(text);
    for (char *c = text; (c = strchr(c, '\''));)
        *c = '"';
    if (mxc_policy_read(&out->arena, text, strlen(text), NULL, &read, &err) < 0)
        fail_msg("%s: %s: %s", text, err.where, err.text);
    if (mxc_lint(&out->arena, &read, "/home/u/work/policy.json", &facts, &out->findings, &err) < 0)
        fail_msg("%s", err.text);
}

void lint_world_done(struct lint_run *run)
{
    mxc_arena_done(&run->arena);
}

const struct mxc_finding *lint_world_find(const struct lint_run *run, const char *id,
                                          const char *pointer, const char *text)
{
    for (size_t i = 0; i < run->findings.count; i++) {
        const struct mxc_finding *finding = &run->findings.items[i];

        if ((!id || strcmp(finding->id, id) == 0) &&
            (!pointer || strcmp(finding->pointer, pointer) == 0) &&
            (!text || strstr(finding->text, text)))
            return finding;
    }
    return NULL;
}
