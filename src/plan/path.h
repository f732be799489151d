/* SPDX-License-Identifier: MIT */
/* Words about clean absolute paths: no ".", "..", "//", no trailing slash except "/" itself. */
#ifndef MXC_PLAN_PATH_H
#define MXC_PLAN_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Is 'path' the same as 'top' or somewhere below it? */
bool mxc_path_within(const char *path, const char *top);

/* Is it below, and not the same? */
bool mxc_path_below(const char *path, const char *top);

/* What follows 'top' in 'path', which lies within: "" or "/name…". Points into 'path'. */
const char *mxc_path_rest(const char *path, const char *top);

/* The other way round: 'rest' is "" or begins with a slash. NULL when out of memory. */
char *mxc_path_graft(struct mxc_arena *arena, const char *top, const char *rest);

/* One name below a directory. NULL when out of memory. */
char *mxc_path_join(struct mxc_arena *arena, const char *directory, const char *name,
                    size_t length);

/* "/a" of "/a/b", "/" of "/a" and of "/". NULL when out of memory. */
char *mxc_path_parent(struct mxc_arena *arena, const char *path);

/* Number of names: 0 for "/". */
size_t mxc_path_depth(const char *path);

/* Length of the prefix that ends before the last name of the first 'length' bytes; 1 for "/x", 0
 * when there is nothing above. For walks up a path without copying. */
size_t mxc_path_up(const char *path, size_t length);

/* Cleans "//", "/./" and trailing slashes, which need no host to be understood; keeps "..". The
 * path starts at 'base' when it is relative. NULL when out of memory. */
char *mxc_path_clean(struct mxc_arena *arena, const char *base, const char *path);

#endif
