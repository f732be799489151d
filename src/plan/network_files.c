/* SPDX-License-Identifier: MIT */
/* The two files by which programs find names: the sandbox's own, over those of the host. */
#include <errno.h>
#include <string.h>

#include "plan/planner.h"

static const char resolv_conf[] = "nameserver 10.0.2.3\n"
                                  "nameserver fd00::3\n"
                                  "options edns0\n";
static const char hosts[] = "127.0.0.1 localhost\n"
                            "::1 localhost ip6-localhost ip6-loopback\n";

/* What a program loses when a file cannot be provided, and whether that breaks the policy's
 * promise. */
struct file {
    const char *path;
    const char *content;
    bool vital;
    const char *why; /* said when it is missing */
};

static int miss(struct mxc_planner *planner, const struct file *file, const char *pointer,
                const char *reason, struct mxc_err *err)
{
    if (file->vital)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, pointer ? pointer : "/network",
                        "the sandbox needs its own %s %s, but %s", file->path, file->why, reason);
    return mxc_planner_note(planner, pointer, err, "the sandbox has no %s of its own: %s",
                            file->path, reason);
}

static int put(struct mxc_planner *planner, const struct file *file, const char *place,
               struct mxc_err *err)
{
    struct mxc_step step = { .kind = MXC_STEP_FILE, .to = place };

    if (!mxc_planner_shows(planner, place)) {
        if (mxc_planner_make_parents(planner, place, err) < 0 ||
            mxc_planner_make(planner, step, err) < 0)
            return -1;
    }
    step.kind = MXC_STEP_CONTENT;
    step.from = file->content;
    return mxc_planner_make(planner, step, err);
}

static int provide(struct mxc_planner *planner, const struct file *file, struct mxc_err *err)
{
    const struct mxc_entry *above;
    struct mxc_walk walk;
    int error = mxc_planner_walk(planner, file->path, &walk);

    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || walk.missing)
        return miss(planner, file, NULL, "on this host the name leads to nothing; make the file",
                    err);
    if (walk.fact.type != MXC_OBJECT_FILE)
        return miss(planner, file, NULL, "on this host it is no plain file", err);
    above = mxc_entries_above(&planner->entries, walk.path);
    if (above && above->origin == MXC_ORIGIN_OWN)
        return miss(planner, file, NULL, "on this host it lies in a directory that is private here",
                    err);
    if (above && above->intent == MXC_INTENT_DENY)
        return miss(planner, file, above->pointer, "the policy denies it", err);
    if (above && above->origin == MXC_ORIGIN_POLICY && !strcmp(above->path, walk.path))
        return miss(planner, file, above->pointer, "the policy grants the host's", err);
    return put(planner, file, walk.path, err);
}

int mxc_planner_provide_files(struct mxc_planner *planner, struct mxc_err *err)
{
    const char *pinned = planner->hosts ? planner->hosts : "";
    struct file files[] = {
        { "/etc/hosts", NULL, planner->hosts != NULL, "for the name of the proxy" },
        { "/etc/resolv.conf", resolv_conf, planner->names, "for the names in its rules" },
    };

    if (!planner->plan->network)
        return 0;
    files[0].content = mxc_arena_format(planner->arena, "%s%s", hosts, pinned);
    if (!files[0].content)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (provide(planner, &files[i], err) < 0)
            return -1;
    return 0;
}
