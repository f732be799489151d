/* SPDX-License-Identifier: MIT */
/* Building the new root, inside process 1. What is ours lies in one tmpfs, the store, in which init
 * stands (its working directory) while it builds; as a rule the store becomes "/" itself.
 *
 * Places of the store, of /proc in it and of the baseline are reached by path, with mount(2):
 * nobody but us and the host's root can change a name on that way. Whatever a grant of the policy
 * shows, other programs may change at any moment: there every place is reached by descriptor, and
 * no symbolic link followed. */
#ifndef MXC_BACKEND_NATIVE_ROOT_H
#define MXC_BACKEND_NATIVE_ROOT_H

#include "backend/native/native.h"

/* Longest path in the store: "/dev" or "/proc" of ours in front of a path of the plan. */
#define NATIVE_PLACE_MAX 4200

/* Where /dev is made, and the directory below it that devpts covers at the end: what nobody shall
 * reach by name lies in that. */
#define NATIVE_DEV  "dev"
#define NATIVE_HOME "dev/pts"
#define NATIVE_PROC "proc"

struct native_root {
    struct native_job *job;
    int store; /* the tmpfs */
    int home;  /* NATIVE_HOME, under what covers it */
    int root;  /* what becomes "/": the store, or the grant of "/" */
    bool granted;
};

/* own.c: where in the store the object of a step lies, relative to it; false when a grant shows
 * that place. */
bool native_own_place(const struct native_root *r, const struct mxc_step *step,
                      char place[NATIVE_PLACE_MAX]);
/* Is the step done by native_build_own()? */
bool native_is_own(const struct native_root *r, const struct mxc_step *step);
/* The store with everything in it that is ours, and the baseline; read-only at the end. Clones of
 * the private directories, which stay writable, are in job->trees. */
int native_build_own(struct native_root *r, struct mxc_err *err);
/* A fresh read-only mount of the mask for that type; the caller places it. -1 with 'err'. */
int native_mask_tree(const struct native_root *r, enum mxc_object object, struct mxc_err *err);
/* Covers a place of the store or the baseline with the mask for that type. 0, or -1 with errno. */
int native_mask_place(enum mxc_object object, const char *place);

/* Where in the store the text of the CONTENT step of that number lies. */
void native_text_place(size_t index, char place[48]);

/* dev.c: NATIVE_DEV in the store: its names first; what they show once the store is sealed, and no
 * mask is needed any more by its path. */
int native_make_devices(struct mxc_err *err);
int native_mount_devices(struct mxc_err *err);

/* proc.c: a fresh /proc on NATIVE_PROC of the store, its dangerous entries masked; sets the
 * ceilings of the user namespace. */
int native_mount_proc(struct mxc_err *err);

#endif
