/* SPDX-License-Identifier: MIT */
/* The "ui" section on Linux: a display gives picture, clipboard and input together, so it is all or
 * nothing. Nothing (the default) also hides sockets that a wide grant would carry in. */
#include <errno.h>

#include "plan/path.h"
#include "plan/planner.h"

static const char *const sockets[] = {
    "/tmp/.X11-unix", "/tmp/.ICE-unix", "/run/dbus/system_bus_socket", "/dev/input", "/dev/uinput",
};

#define SESSIONS "/run/user"

/* Below /run/user/<uid>. */
static const char *const session_sockets[] = {
    "bus",   "dbus-1", "wayland-0", "wayland-1", "pipewire-0", "pipewire-0-manager", "pulse", "gdm",
    "gnupg", "gcr",    "keyring",   "at-spi",    "systemd",
};

/* Every combination that Linux cannot give, and why. */
static int refuse_mixture(const struct mxc_ui *ui, struct mxc_err *err)
{
    const char *together =
        "on Linux a display gives clipboard and input together: use "
        "\"disable\": true, or \"disable\": false with \"clipboard\": \"all\" and "
        "\"injection\": true";

    if (ui->clipboard != (ui->disable ? MXC_CLIP_NONE : MXC_CLIP_ALL))
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/ui/clipboard",
                        "this use of the clipboard cannot be enforced: %s", together);
    if (ui->injection != !ui->disable)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/ui/injection",
                        "this use of input injection cannot be enforced: %s", together);
    return 0;
}

static int refuse_grants(const struct mxc_planner *planner, const char *path, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->entries.count; i++) {
        const struct mxc_entry *entry = planner->entries.items[i];

        if (entry->origin != MXC_ORIGIN_POLICY || entry->intent == MXC_INTENT_DENY ||
            !mxc_path_within(entry->path, path))
            continue;
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/ui/disable",
                        "%s grants '%s', which belongs to the display or session, while the user "
                        "interface is disabled; remove the entry, or use \"disable\": false with "
                        "\"clipboard\": \"all\" and \"injection\": true",
                        entry->pointer, entry->path);
    }
    return 0;
}

static int hide(struct mxc_planner *planner, const char *name, struct mxc_err *err)
{
    struct mxc_entry entry = { .intent = MXC_INTENT_DENY, .origin = MXC_ORIGIN_SCREEN };
    struct mxc_walk walk;
    int error = mxc_walk(&planner->looker, name, &walk);

    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || walk.missing)
        return 0;
    if (refuse_grants(planner, walk.path, err) < 0)
        return -1;
    if (mxc_entries_find(&planner->entries, walk.path))
        return 0; /* denied anyway */
    entry.path = walk.path;
    entry.fact = walk.fact;
    return mxc_entries_add(planner->arena, &planner->entries, &entry) ? 0
                                                                      : mxc_planner_no_memory(err);
}

static bool shows_sessions(const struct mxc_planner *planner)
{
    for (size_t i = 0; i < planner->entries.count; i++) {
        const struct mxc_entry *entry = planner->entries.items[i];

        if (entry->origin == MXC_ORIGIN_POLICY && entry->intent != MXC_INTENT_DENY &&
            (mxc_path_within(entry->path, SESSIONS) || mxc_path_within(SESSIONS, entry->path)))
            return true;
    }
    return false;
}

static int hide_session(struct mxc_planner *planner, const char *user, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof session_sockets / sizeof *session_sockets; i++) {
        const char *name =
            mxc_arena_format(planner->arena, SESSIONS "/%s/%s", user, session_sockets[i]);

        if (!name)
            return mxc_planner_no_memory(err);
        if (hide(planner, name, err) < 0)
            return -1;
    }
    return 0;
}

/* All of them: a wide grant carries in the sessions of others too, and in a user namespace the caller's
 * own uid is not the one in the path. */
static int hide_sessions(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_facts *facts = planner->facts;
    const char *own = mxc_arena_format(planner->arena, "%lu", (unsigned long)facts->uid);
    const char **users = &own;
    size_t count = 1;
    int error = 0;

    if (!own)
        return mxc_planner_no_memory(err);
    if (!shows_sessions(planner))
        return 0;
    if (facts->list)
        error = facts->list(facts->context, planner->arena, SESSIONS, &users, &count);
    if (error == ENOENT)
        return 0;
    if (error)
        return mxc_fail(err, MXC_POLICY_REFUSED, error, "/ui/disable",
                        "the sessions in " SESSIONS " cannot be listed, so their sockets cannot be "
                        "hidden; grant less than that directory");
    for (size_t i = 0; i < count; i++)
        if (hide_session(planner, users[i], err) < 0)
            return -1;
    return 0;
}

int mxc_planner_add_ui(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_ui *ui = &planner->policy->ui;

    if (ui->present && refuse_mixture(ui, err) < 0)
        return -1;
    if (ui->present && !ui->disable)
        return 0;
    if (!planner->named_count)
        return 0; /* nothing could show one */
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
        if (hide(planner, sockets[i], err) < 0)
            return -1;
    return hide_sessions(planner, err);
}
