/* SPDX-License-Identifier: MIT */
/* The fake host: what a kernel does with paths and mounts, in small. */
#include "fake_host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cidr.h"

#define WORDS_MAX 8

struct fake_node {
    uint64_t device;
    const char *inside;
    struct mxc_fact fact;
    bool noread, nowrite, nosearch, gone;
    struct fake_node *next;
};

struct fake_mount {
    struct mxc_fact_mount fact;
    struct fake_mount *on; /* what it is mounted on, and where in it */
    const char *at;
    struct fake_mount *older;
    size_t index;
};

struct fake_name {
    const char *name;
    struct mxc_cidr address;
    struct fake_name *older;
};

/* A place: inside a filesystem, seen through a mount. */
struct place {
    struct fake_mount *mount;
    const char *inside;
};

static struct fake_node *find_node(struct fake_host *host, uint64_t device, const char *inside)
{
    for (struct fake_node *node = host->nodes; node; node = node->next)
        if (node->device == device && !strcmp(node->inside, inside) && !node->gone)
            return node;
    return NULL;
}

static struct fake_node *node_at(struct fake_host *host, struct place place)
{
    return find_node(host, place.mount->fact.device, place.inside);
}

/* Goes up from a place to the newest mount that covers it, again and again. */
static struct place cross(struct fake_host *host, struct place place)
{
    for (struct fake_mount *mount = host->mounts; mount; mount = mount->older)
        if (mount->on == place.mount && mount->on && !strcmp(mount->at, place.inside))
            return cross(host, (struct place){ mount, mount->fact.root });
    return place;
}

static struct fake_mount *root_mount(struct fake_host *host)
{
    struct fake_mount *mount = host->mounts;

    while (mount && mount->on)
        mount = mount->older;
    return mount;
}

static const char *join(struct fake_host *host, const char *directory, const char *name,
                        size_t length)
{
    return mxc_arena_format(&host->arena, "%s/%.*s", directory[1] ? directory : "", (int)length,
                            name);
}

/* 0, or EACCES when a directory on the way cannot be searched. */
static int find_place(struct fake_host *host, const char *path, struct place *out)
{
    struct place place = { root_mount(host), root_mount(host)->fact.root };

    place = cross(host, place);
    while (*path) {
        struct fake_node *node;
        size_t length;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        if (!length)
            break;
        node = node_at(host, place);
        if (node && node->nosearch)
            return EACCES;
        place.inside = join(host, place.inside, path, length);
        place = cross(host, place);
        path += length;
    }
    *out = place;
    return 0;
}

static int look(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    struct fake_host *host = context;
    struct place place;
    int error = find_place(host, path, &place);
    struct fake_node *node = error ? NULL : node_at(host, place);

    (void)arena;
    *out = (struct mxc_fact){ 0 };
    if (node)
        *out = node->fact;
    return error;
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
    struct fake_host *host = context;
    struct place place;
    struct fake_node *node = find_place(host, path, &place) ? NULL : node_at(host, place);

    return node && !((bits & MXC_ACCESS_READ) && node->noread) &&
           !((bits & MXC_ACCESS_WRITE) && node->nowrite);
}

static int list_mounts(void *context, struct mxc_arena *arena, struct mxc_fact_mount **out,
                       size_t *count)
{
    struct fake_host *host = context;
    size_t total = host->mounts->index + 1;

    host->mounts_asked++;
    if (host->mounts_fail)
        return EACCES;
    *out = mxc_arena_alloc(arena, total * sizeof **out);
    for (struct fake_mount *mount = host->mounts; mount; mount = mount->older)
        (*out)[mount->index] = mount->fact;
    *count = total;
    return 0;
}

/* Absolute, and as a kernel names things: no empty name, no "." and "..". */
static bool is_clean(const char *path)
{
    bool clean = *path == '/';

    while (clean && *path && path[1]) {
        size_t length = strcspn(++path, "/");

        clean = length && (length > 2 || strncmp(path, "..", length) != 0) &&
                (!path[length] || path[length + 1]);
        path += length;
    }
    return clean;
}

/* Makes the object unless it exists, with the directories above it. NULL: something above is none. */
static struct fake_node *make_node(struct fake_host *host, uint64_t device, const char *inside,
                                   enum mxc_object type)
{
    struct fake_node *node = find_node(host, device, inside);
    const char *slash = strrchr(inside, '/');

    if (node)
        return node;
    if (inside[1]) {
        const char *above =
            mxc_arena_copy_n(&host->arena, inside, slash == inside ? 1 : (size_t)(slash - inside));

        node = make_node(host, device, above, MXC_OBJECT_DIRECTORY);
        if (!node || node->fact.type != MXC_OBJECT_DIRECTORY)
            return NULL;
    }
    node = mxc_arena_alloc(&host->arena, sizeof *node);
    *node = (struct fake_node){ .device = device, .inside = inside, .next = host->nodes };
    node->fact = (struct mxc_fact){
        .type = type, .device = device, .inode = ++host->next_inode, .links = 1
    };
    host->nodes = node;
    return node;
}

static struct fake_node *make_at(struct fake_host *host, const char *path, enum mxc_object type)
{
    struct place place;

    if (!is_clean(path) || find_place(host, path, &place) != 0)
        return NULL;
    return make_node(host, place.mount->fact.device, place.inside, type);
}

static int do_include(struct fake_host *host, char **words)
{
    char path[4096];

    (void)snprintf(path, sizeof path, "%s/%s.facts", host->folder, words[1]);
    return fake_host_read(host, host->folder, path);
}

static int do_mount(struct fake_host *host, char **words)
{
    struct fake_mount *mount = mxc_arena_alloc(&host->arena, sizeof *mount);
    uint64_t device = strtoull(words[1], NULL, 10);
    struct fake_node *root =
        is_clean(words[2]) ? make_node(host, device, words[2], MXC_OBJECT_DIRECTORY) : NULL;
    struct place place = { 0 };

    if (!root)
        return -1;
    if (host->mounts) {
        if (!make_at(host, words[3], root->fact.type) || find_place(host, words[3], &place) != 0)
            return -1;
        mount->index = host->mounts->index + 1;
    }
    mount->fact = (struct mxc_fact_mount){ .id = mount->index + 1,
                                           .parent = place.mount ? place.mount->fact.id : 0,
                                           .device = device,
                                           .root = words[2],
                                           .point = words[3],
                                           .type = words[4] };
    mount->on = place.mount;
    mount->at = place.inside;
    mount->older = host->mounts;
    host->mounts = mount;
    return 0;
}

static const struct {
    const char *word;
    enum mxc_object type;
} objects[] = {
    { "dir", MXC_OBJECT_DIRECTORY },
    { "file", MXC_OBJECT_FILE },
    { "fifo", MXC_OBJECT_FIFO },
    { "socket", MXC_OBJECT_SOCKET },
    { "char", MXC_OBJECT_CHARACTER_DEVICE },
    { "block", MXC_OBJECT_BLOCK_DEVICE },
    { "link", MXC_OBJECT_SYMLINK },
};

static int do_object(struct fake_host *host, char **words)
{
    enum mxc_object type = MXC_OBJECT_MISSING;
    struct fake_node *node;

    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (!strcmp(objects[i].word, words[0]))
            type = objects[i].type;
    node = make_at(host, words[1], type);
    if (!node || node->fact.type != type)
        return -1;
    if (type == MXC_OBJECT_SYMLINK) {
        node->fact.target = words[3];
        return words[2] && !strcmp(words[2], "->") && words[3] ? 0 : -1;
    }
    for (char **word = words + 2; *word; word++) {
        if (!strcmp(*word, "noread"))
            node->noread = true;
        else if (!strcmp(*word, "nowrite"))
            node->nowrite = true;
        else if (!strcmp(*word, "write"))
            node->nowrite = false;
        else if (!strcmp(*word, "nosearch"))
            node->nosearch = true;
        else if (!strncmp(*word, "links=", 6))
            node->fact.links = (uint32_t)strtoul(*word + 6, NULL, 10);
        else
            return -1;
    }
    return 0;
}

static int do_hard(struct fake_host *host, char **words)
{
    struct place place;
    struct fake_node *old, *new;

    if (!words[3] || find_place(host, words[3], &place) != 0)
        return -1;
    old = node_at(host, place);
    new = make_at(host, words[1], MXC_OBJECT_FILE);
    if (!old || !new || old->device != new->device || old->fact.type == MXC_OBJECT_DIRECTORY)
        return -1;
    new->fact = old->fact;
    for (struct fake_node *node = host->nodes; node; node = node->next)
        if (node->fact.inode == old->fact.inode && node != old)
            node->fact.links = old->fact.links + 1;
    old->fact.links++;
    return 0;
}

static int do_gone(struct fake_host *host, char **words)
{
    struct place place;
    struct fake_node *node = find_place(host, words[1], &place) ? NULL : node_at(host, place);
    size_t length = node ? strlen(node->inside) : 0;

    for (struct fake_node *other = host->nodes; length && other; other = other->next)
        if (other->device == node->device && !strncmp(other->inside, node->inside, length) &&
            (!other->inside[length] || other->inside[length] == '/'))
            other->gone = true;
    return node ? 0 : -1;
}

static int resolve(void *context, struct mxc_arena *arena, const char *name, struct mxc_cidr **out,
                   size_t *count)
{
    const struct fake_host *host = context;
    size_t room = 0;

    *count = 0;
    for (const struct fake_name *one = host->names; one; one = one->older) {
        if (strcmp(one->name, name) != 0)
            continue;
        *out = mxc_arena_grow(arena, *count ? *out : NULL, *count, &room, sizeof **out);
        if (!*out)
            return ENOMEM;
        (*out)[(*count)++] = one->address;
    }
    return *count ? 0 : ENOENT;
}

static int do_name(struct fake_host *host, char **words)
{
    struct fake_name *one = mxc_arena_alloc(&host->arena, sizeof *one);

    if (!one || mxc_cidr_parse(words[2], &one->address) != MXC_CIDR_OK)
        return -1;
    one->name = words[1];
    one->older = host->names;
    host->names = one;
    host->facts.resolve = resolve;
    return 0;
}

static int do_caller(struct fake_host *host, char **words)
{
    if ((!strcmp(words[0], "cwd") || !strcmp(words[0], "home")) && !is_clean(words[1]))
        return -1;
    if (!strcmp(words[0], "cwd"))
        host->facts.cwd = words[1];
    else if (!strcmp(words[0], "home"))
        host->facts.home = words[1];
    else if (!strcmp(words[0], "uid"))
        host->facts.uid = (uint32_t)strtoul(words[1], NULL, 10);
    else if (!strcmp(words[0], "gid"))
        host->facts.gid = (uint32_t)strtoul(words[1], NULL, 10);
    else if (!strcmp(words[0], "map-ids"))
        host->facts.can_map_ids = true;
    else
        host->mounts_fail = true;
    return 0;
}

static const struct {
    const char *word;
    int (*run)(struct fake_host *host, char **words);
    unsigned arguments; /* at least */
} lines[] = {
    { "include", do_include, 1 }, { "mount", do_mount, 4 },    { "dir", do_object, 1 },
    { "file", do_object, 1 },     { "fifo", do_object, 1 },    { "socket", do_object, 1 },
    { "char", do_object, 1 },     { "block", do_object, 1 },   { "link", do_object, 3 },
    { "hard", do_hard, 3 },       { "gone", do_gone, 1 },      { "cwd", do_caller, 1 },
    { "name", do_name, 2 },       { "home", do_caller, 1 },    { "uid", do_caller, 1 },
    { "gid", do_caller, 1 },      { "map-ids", do_caller, 0 }, { "mounts-fail", do_caller, 0 },
};

/* Undoes \xHH and \\, in the arena. */
static char *unescape(struct fake_host *host, const char *text)
{
    char *result = mxc_arena_copy(&host->arena, text);
    char *to = result;

    while (*text) {
        char digits[3] = { 0 };

        if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3]) {
            memcpy(digits, text + 2, 2);
            *to++ = (char)strtoul(digits, NULL, 16);
            text += 4;
        } else {
            text += text[0] == '\\' && text[1] == '\\';
            *to++ = *text++;
        }
    }
    *to = '\0';
    return result;
}

static int run_line(struct fake_host *host, char *line)
{
    char *words[WORDS_MAX + 1] = { 0 };
    char *rest = NULL;
    unsigned count = 0;

    for (char *word = strtok_r(line, " \t\n", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " \t\n", &rest))
        words[count++] = unescape(host, word);
    for (unsigned i = 0; i < count; i++)
        if (!*words[i])
            return -1;
    if (!count || words[0][0] == '#')
        return 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strcmp(lines[i].word, words[0]) && count > lines[i].arguments)
            return lines[i].run(host, words);
    return -1;
}

static int start(struct fake_host *host, const char *folder)
{
    char line[] = "mount 1 / / ext4";

    host->folder = folder;
    host->facts = (struct mxc_facts){ .context = host,
                                      .look = look,
                                      .glance = glance,
                                      .may = may,
                                      .mounts = list_mounts,
                                      .cwd = "/",
                                      .uid = 1000,
                                      .gid = 1000 };
    return run_line(host, line);
}

int fake_host_read(struct fake_host *host, const char *folder, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[8192];
    int number = 0, result = 0;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (!host->mounts)
        result = start(host, folder);
    while (!result && fgets(line, sizeof line, file)) {
        number++;
        result = run_line(host, line);
    }
    if (result)
        fprintf(stderr, "%s:%d: cannot be understood\n", path, number);
    (void)fclose(file);
    return result;
}

int fake_host_text(struct fake_host *host, const char *folder, const char *text)
{
    int result = host->mounts ? 0 : start(host, folder);

    while (!result && *text) {
        size_t length = strcspn(text, "\n");

        result = run_line(host, mxc_arena_copy_n(&host->arena, text, length));
        text += length + (text[length] == '\n');
    }
    return result;
}

void fake_host_done(struct fake_host *host)
{
    mxc_arena_done(&host->arena);
    *host = (struct fake_host){ 0 };
}
