/* SPDX-License-Identifier: MIT */
/* Comparing, joining and cleaning paths. */
#include "plan/path.h"

#include <string.h>

bool mxc_path_within(const char *path, const char *top)
{
    size_t length = strlen(top);

    if (length == 1)
        return true; /* "/" */
    return !strncmp(path, top, length) && (!path[length] || path[length] == '/');
}

bool mxc_path_below(const char *path, const char *top)
{
    return mxc_path_within(path, top) && strcmp(path, top) != 0;
}

const char *mxc_path_rest(const char *path, const char *top)
{
    if (!strcmp(path, top))
        return "";
    return top[1] ? path + strlen(top) : path;
}

char *mxc_path_graft(struct mxc_arena *arena, const char *top, const char *rest)
{
    size_t above = strlen(top), below = strlen(rest);
    char *result;

    if (!top[1])
        return mxc_arena_copy(arena, *rest ? rest : "/");
    result = mxc_arena_alloc(arena, above + below + 1);
    if (!result)
        return NULL;
    memcpy(result, top, above);
    memcpy(result + above, rest, below);
    return result;
}

char *mxc_path_join(struct mxc_arena *arena, const char *directory, const char *name, size_t length)
{
    size_t above = directory[1] ? strlen(directory) : 0;
    char *result = mxc_arena_alloc(arena, above + length + 2);

    if (!result)
        return NULL;
    memcpy(result, directory, above);
    result[above] = '/';
    memcpy(result + above + 1, name, length);
    return result;
}

char *mxc_path_parent(struct mxc_arena *arena, const char *path)
{
    size_t length = mxc_path_up(path, strlen(path));

    return mxc_arena_copy_n(arena, path, length ? length : 1);
}

size_t mxc_path_depth(const char *path)
{
    size_t depth = 0;

    for (; *path; path++)
        depth += path[0] == '/' && path[1];
    return depth;
}

size_t mxc_path_up(const char *path, size_t length)
{
    if (length <= 1)
        return 0;
    while (path[length - 1] != '/')
        length--;
    return length > 1 ? length - 1 : 1;
}

char *mxc_path_clean(struct mxc_arena *arena, const char *base, const char *path)
{
    char *result = mxc_arena_format(arena, "%s/%s", path[0] == '/' ? "" : base, path);
    char *to = result;

    for (const char *from = result; from && *from;) {
        size_t length;

        from += strspn(from, "/");
        length = strcspn(from, "/");
        if (length && !(length == 1 && *from == '.')) {
            *to++ = '/';
            memmove(to, from, length);
            to += length;
        }
        from += length;
    }
    if (to == result && result)
        *to++ = '/';
    if (result)
        *to = '\0';
    return result;
}
