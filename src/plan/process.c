/* SPDX-License-Identifier: MIT */
/* What the program gets besides files: environment, working directory, limits, a shell to run
 * it. */
#include <errno.h>
#include <string.h>

#include "plan/path.h"
#include "plan/planner.h"

static const char *const default_environment[] = {
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TERM=xterm-256color",
};

#define DEFAULT_PROCESSES 1024
#define DEFAULT_TMP_MB    512

static bool same_key(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");

    return !strncmp(a, b, length) && b[length] == '=';
}

/* Is the key of 'entry' set by an element of the list from 'first' on? */
static bool set_later(const struct mxc_strings *list, size_t first, const char *entry)
{
    for (size_t i = first; i < list->count; i++)
        if (same_key(entry, list->items[i]))
            return true;
    return false;
}

int mxc_planner_add_environment(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_process *process = &planner->policy->process;
    size_t defaults = sizeof default_environment / sizeof *default_environment;

    for (size_t i = 0; i < defaults && (!process->env_present || process->inherit_default_env);
         i++) {
        struct mxc_step step = { .kind = MXC_STEP_ENVIRONMENT,
                                 .flags = MXC_STEP_DEFAULT,
                                 .from = default_environment[i] };

        if (set_later(&process->env, 0, step.from))
            continue;
        if (mxc_planner_add(planner, step, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < process->env.count; i++) {
        struct mxc_step step = { .kind = MXC_STEP_ENVIRONMENT, .from = process->env.items[i] };

        if (set_later(&process->env, i + 1, step.from))
            continue; /* the last one counts */
        step.pointer = mxc_arena_format(planner->arena, "/process/env/%lu", (unsigned long)i);
        if (!step.pointer)
            return mxc_planner_no_memory(err);
        if (planner->proxy && mxc_planner_is_proxy_variable(step.from)) {
            step.kind = MXC_STEP_NOTE;
            step.from = mxc_arena_format(planner->arena,
                                         "%.*s of process.env gives way to the policy's proxy",
                                         (int)strcspn(step.from, "="), step.from);
            if (!step.from)
                return mxc_planner_no_memory(err);
        }
        if (mxc_planner_add(planner, step, err) < 0)
            return -1;
    }
    return mxc_planner_add_proxy_variables(planner, err);
}

static bool is_directory_inside(const struct mxc_planner *planner, const struct mxc_walk *walk)
{
    return mxc_planner_made_directory(planner, walk->path) ||
           (walk->fact.type == MXC_OBJECT_DIRECTORY && mxc_planner_shows(planner, walk->path));
}

static int check_directory(struct mxc_planner *planner, const char **out, struct mxc_err *err)
{
    const char *written = planner->policy->process.cwd;
    const char *clean = mxc_path_clean(planner->arena, "", written);
    struct mxc_walk walk;
    int error;

    if (!clean)
        return mxc_planner_no_memory(err);
    if (mxc_planner_made_directory(planner, clean)) { /* the host need not have it */
        *out = clean;
        return 0;
    }
    error = mxc_walk(&planner->looker, clean, &walk);
    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (!error && !walk.missing && is_directory_inside(planner, &walk)) {
        *out = walk.path;
        return 0;
    }
    return mxc_fail(err, MXC_POLICY_REFUSED, error ? error : ENOENT, "/process/cwd",
                    "'%s' is no directory that the sandbox can see; grant it in readonlyPaths or "
                    "readwritePaths, or choose another working directory",
                    written);
}

static const char *first_granted(const struct mxc_planner *planner)
{
    for (size_t i = 0; i < planner->named_count; i++) {
        const struct mxc_named *named = &planner->named[i];

        if (named->intent != MXC_INTENT_DENY && named->walk.fact.type == MXC_OBJECT_DIRECTORY &&
            mxc_planner_shows(planner, named->walk.path))
            return named->walk.path;
    }
    return "/";
}

int mxc_planner_add_directory(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_step step = { .kind = MXC_STEP_DIRECTORY_IN };

    if (!planner->policy->process.cwd) {
        step.flags = MXC_STEP_DEFAULT;
        step.to = first_granted(planner);
    } else {
        step.pointer = "/process/cwd";
        if (check_directory(planner, &step.to, err) < 0)
            return -1;
    }
    return mxc_planner_add(planner, step, err);
}

int mxc_planner_add_limits(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_limits *limits = &planner->policy->limits;
    const struct {
        const char *name;
        const char *pointer;
        uint32_t value;
        uint32_t otherwise;
    } rows[] = {
        { "memoryMb", "/limits/memoryMb", limits->memory_mb, 0 },
        { "processes", "/limits/processes", limits->processes, DEFAULT_PROCESSES },
        { "cpuPercent", "/limits/cpuPercent", limits->cpu_percent, 0 },
        { "openFiles", "/limits/openFiles", limits->open_files, 0 },
        { "fileSizeMb", "/limits/fileSizeMb", limits->file_size_mb, 0 },
        { "tmpMb", "/limits/tmpMb", limits->tmp_mb, DEFAULT_TMP_MB },
        { "outputMb", "/limits/outputMb", limits->output_mb, 0 },
    };
    struct mxc_step timeout = { .kind = MXC_STEP_TIMEOUT,
                                .size = planner->policy->process.timeout_ms,
                                .pointer = "/process/timeout" };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mxc_step step = { .kind = MXC_STEP_LIMIT,
                                 .from = rows[i].name,
                                 .size = rows[i].value ? rows[i].value : rows[i].otherwise,
                                 .flags = rows[i].value ? 0 : MXC_STEP_DEFAULT,
                                 .pointer = rows[i].value ? rows[i].pointer : NULL };

        if (step.size && mxc_planner_add(planner, step, err) < 0)
            return -1;
    }
    return timeout.size ? mxc_planner_add(planner, timeout, err) : 0;
}

static bool link_is_inside(const struct mxc_planner *planner, const char *path)
{
    for (size_t i = 0; i < planner->made_count; i++)
        if (planner->made[i].kind == MXC_STEP_SYMLINK && !strcmp(planner->made[i].to, path))
            return true;
    return mxc_planner_shows(planner, path);
}

int mxc_planner_check_shell(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_walk walk;
    int error = mxc_planner_walk(planner, "/bin/sh", &walk);
    const struct mxc_entry *above;

    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || walk.missing)
        return mxc_fail(
            err, MXC_UNAVAILABLE, error ? error : ENOENT, "/process/commandLine",
            "this host has no /bin/sh that the caller can reach, and it runs the command");
    above = mxc_entries_above(&planner->entries, walk.path);
    if (above && above->intent == MXC_INTENT_DENY && above->pointer)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, above->pointer,
                        "'%s' is denied, but the command is run by /bin/sh, which is '%s'; deny "
                        "something more exact, or grant that file and its libraries as well",
                        above->path, walk.path);
    for (const struct mxc_link *link = walk.links; link && mxc_planner_shows(planner, walk.path);
         link = link->next)
        if (link->target && !link_is_inside(planner, link->path))
            return mxc_fail(
                err, MXC_POLICY_REFUSED, 0, "/filesystem",
                "the command is run by /bin/sh, but the symlink '%s' on the way to it is "
                "not visible; grant its directory in readonlyPaths",
                link->path);
    if (!mxc_planner_shows(planner, walk.path))
        return mxc_fail(
            err, MXC_POLICY_REFUSED, 0, "/filesystem/readonlyPaths",
            "the command is run by /bin/sh, which is '%s' on this host and not visible in "
            "the sandbox; grant it and its libraries in readonlyPaths",
            walk.path);
    return 0;
}
