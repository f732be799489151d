/* SPDX-License-Identifier: MIT */
/* Path resolution by the rules of the kernel, with the host behind mxc_facts. */
#include "plan/walk.h"

#include <errno.h>
#include <string.h>

#include "plan/path.h"

#define LINKS_MAX 40 /* as the kernel */

struct mxc_looked {
    const char *path;
    bool glanced; /* the fact has no identity */
    int error;
    struct mxc_fact fact;
    struct mxc_looked *next;
};

static unsigned hash(const char *text)
{
    unsigned value = 2166136261u;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 16777619u;
    return value;
}

static void ask(const struct mxc_looker *looker, struct mxc_looked *item, bool brief)
{
    const struct mxc_facts *facts = looker->facts;

    item->glanced = brief && facts->glance &&
                    facts->glance(facts->context, looker->arena, item->path, &item->fact);
    item->error =
        item->glanced ? 0 : facts->look(facts->context, looker->arena, item->path, &item->fact);
}

static int look(struct mxc_looker *looker, const char *path, bool brief, struct mxc_fact *out)
{
    struct mxc_looked **bucket = &looker->buckets[hash(path) % 256];
    struct mxc_looked *item = *bucket;

    while (item && strcmp(item->path, path) != 0)
        item = item->next;
    if (!item) {
        item = mxc_arena_alloc(looker->arena, sizeof *item);
        if (!item)
            return ENOMEM;
        item->path = path;
        item->next = *bucket;
        *bucket = item;
        ask(looker, item, brief);
    } else if (item->glanced && !brief) {
        ask(looker, item, brief);
    }
    *out = item->fact;
    return item->error;
}

int mxc_look(struct mxc_looker *looker, const char *path, struct mxc_fact *out)
{
    return look(looker, path, false, out);
}

struct state {
    struct mxc_looker *looker;
    const char *rest; /* what is still to be walked */
    struct mxc_walk *out;
    struct mxc_link **last; /* where the next symlink is linked in */
    unsigned links;
    size_t written; /* so many bytes at its end are of the path itself, not of a symlink's target */
    bool as_written; /* the name at hand is */
    bool brief;      /* types are enough */
};

static int move_to(struct state *s, const char *path)
{
    if (!path)
        return ENOMEM;
    s->out->path = path;
    return look(s->looker, path, s->brief, &s->out->fact);
}

static int record(struct state *s, const char *path, const char *target)
{
    struct mxc_link *item = mxc_arena_alloc(s->looker->arena, sizeof *item);

    if (!item)
        return ENOMEM;
    *item = (struct mxc_link){ .path = path, .target = target };
    *s->last = item;
    s->last = &item->next;
    if (target && s->as_written && !*s->rest)
        s->out->final = item;
    return 0;
}

static int follow(struct state *s, const char *link, const char *target)
{
    if (++s->links > LINKS_MAX)
        return ELOOP;
    if (record(s, link, target) != 0)
        return ENOMEM;
    s->rest = mxc_arena_format(s->looker->arena, "%s/%s", target, s->rest);
    if (!s->rest)
        return ENOMEM;
    return *target == '/' ? move_to(s, "/") : 0;
}

static int step_up(struct state *s)
{
    if (s->out->path[1] && record(s, s->out->path, NULL) != 0)
        return ENOMEM;
    return move_to(s, mxc_path_parent(s->looker->arena, s->out->path));
}

/* One name below the directory where we are. */
static int step_down(struct state *s, const char *name, size_t length)
{
    const char *path = mxc_path_join(s->looker->arena, s->out->path, name, length);
    struct mxc_fact fact;
    int error;

    if (!path)
        return ENOMEM;
    error = look(s->looker, path, s->brief, &fact);
    if (error)
        return error;
    if (fact.type == MXC_OBJECT_MISSING) {
        s->out->missing = path;
        return 0;
    }
    if (fact.type == MXC_OBJECT_SYMLINK)
        return follow(s, path, fact.target);
    s->out->path = path;
    s->out->fact = fact;
    return 0;
}

static int step_once(struct state *s)
{
    size_t length = strcspn(s->rest, "/");
    const char *name = s->rest;

    s->as_written = strlen(s->rest) <= s->written;
    s->rest += length;
    s->rest += strspn(s->rest, "/");
    if (s->as_written)
        s->written = strlen(s->rest);
    if (length == 1 && name[0] == '.' && s->out->fact.type == MXC_OBJECT_DIRECTORY)
        return 0;
    if (s->out->fact.type != MXC_OBJECT_DIRECTORY) {
        s->out->missing = mxc_path_join(s->looker->arena, s->out->path, name, length);
        s->out->not_directory = true;
        return s->out->missing ? 0 : ENOMEM;
    }
    if (length == 2 && name[0] == '.' && name[1] == '.')
        return step_up(s);
    return step_down(s, name, length);
}

static int walk(struct mxc_looker *looker, const char *path, bool brief, struct mxc_walk *out)
{
    struct state s = {
        .looker = looker,
        .rest = path + 1,
        .out = out,
        .written = strlen(path + 1),
        .brief = brief,
    };
    int error;

    *out = (struct mxc_walk){ 0 };
    s.last = &out->links;
    error = move_to(&s, "/");
    while (!error && *s.rest && !out->missing) {
        s.rest += strspn(s.rest, "/");
        if (*s.rest)
            error = step_once(&s);
    }
    if (!error && out->missing)
        out->fact = (struct mxc_fact){ .type = MXC_OBJECT_MISSING };
    return error;
}

int mxc_walk(struct mxc_looker *looker, const char *path, struct mxc_walk *out)
{
    return walk(looker, path, false, out);
}

int mxc_walk_briefly(struct mxc_looker *looker, const char *path, struct mxc_walk *out)
{
    return walk(looker, path, true, out);
}

const char *mxc_walk_reason(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "permission denied";
    case ELOOP:
        return "too many symlinks";
    case ENAMETOOLONG:
        return "the name is too long";
    case ENOMEM:
        return "out of memory";
    default:
        return "the host cannot tell";
    }
}
