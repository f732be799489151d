/* SPDX-License-Identifier: MIT */
/* The "ui" section on Linux: a display gives picture, clipboard and input together, so it is all or
 * nothing. Nothing (the default) also hides sockets that a wide grant would carry in. */
#include <errno.h>
#include <string.h>

#include "plan/path.h"
#include "plan/planner.h"

static const char *const sockets[] = {
    "/tmp/.X11-unix", "/tmp/.ICE-unix", "/run/dbus/system_bus_socket", "/dev/input", "/dev/uinput",
};

#define SESSIONS "/run/user" /* a directory for each user who has a session */

/* What the names in it that belong to display, sound, input and session bus begin with. */
static const char *const session_names[] = {
    "bus",   "dbus", "wayland", "pipewire", "pulse",   "gdm",
    "gnupg", "gcr",  "keyring", "at-spi",   "systemd",
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

static int add_hidden(struct mxc_planner *planner, const struct mxc_walk *walk, struct mxc_err *err)
{
    const struct mxc_entry entry = { .path = walk->path,
                                     .fact = walk->fact,
                                     .intent = MXC_INTENT_DENY,
                                     .origin = MXC_ORIGIN_SCREEN };

    if (mxc_entries_find(&planner->entries, walk->path))
        return 0; /* denied anyway */
    return mxc_entries_add(planner->arena, &planner->entries, &entry) ? 0
                                                                      : mxc_planner_no_memory(err);
}

static int hide(struct mxc_planner *planner, const char *name, struct mxc_err *err)
{
    struct mxc_walk walk;
    int error = mxc_walk(&planner->looker, name, &walk);

    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || walk.missing)
        return 0;
    return refuse_grants(planner, walk.path, err) < 0 ? -1 : add_hidden(planner, &walk, err);
}

static bool is_session_name(const char *name)
{
    for (size_t i = 0; i < sizeof session_names / sizeof *session_names; i++)
        if (!strncmp(session_names[i], name, strlen(session_names[i])))
            return true;
    return false;
}

/* A grant in the directory of the sessions: what is granted there by its own name, and is no socket
 * of the session, may be. */
static int check_session_grant(const struct mxc_entry *entry, const char *top, struct mxc_err *err)
{
    const char *user = mxc_path_rest(entry->path, top);
    const char *name = *user ? strchr(user + 1, '/') : NULL;

    if (!name)
        return mxc_fail(
            err, MXC_POLICY_REFUSED, 0, "/ui/disable",
            "%s grants '%s', where the sockets of display, sound and session lie, while "
            "the user interface is disabled; grant what is needed in it by name, or use "
            "\"disable\": false with \"clipboard\": \"all\" and \"injection\": true",
            entry->pointer, entry->path);
    if (entry->fact.type != MXC_OBJECT_SOCKET && !is_session_name(name + 1))
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/ui/disable",
                    "%s grants '%s', which belongs to the display or session, while the user "
                    "interface is disabled; remove the entry, or use \"disable\": false with "
                    "\"clipboard\": \"all\" and \"injection\": true",
                    entry->pointer, entry->path);
}

/* Their sockets have many names, and new ones appear: under a wide grant the directory is covered
 * as a whole, for all users, and only what is granted in it shows. */
static int hide_sessions(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_walk walk;
    bool covered = false;
    int error = mxc_walk(&planner->looker, SESSIONS, &walk);

    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || walk.missing)
        return 0; /* the mount of a session that begins later does not come along */
    for (size_t i = 0; i < planner->entries.count; i++) {
        const struct mxc_entry *entry = planner->entries.items[i];

        if (entry->origin != MXC_ORIGIN_POLICY || entry->intent == MXC_INTENT_DENY)
            continue;
        covered |= mxc_path_below(walk.path, entry->path);
        if (mxc_path_within(entry->path, walk.path) &&
            check_session_grant(entry, walk.path, err) < 0)
            return -1;
    }
    return covered ? add_hidden(planner, &walk, err) : 0;
}

int mxc_planner_add_ui(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_ui *ui = &planner->policy->ui;

    if (ui->present && refuse_mixture(ui, err) < 0)
        return -1;
    if ((ui->present && !ui->disable) || !planner->named_count)
        return 0; /* without paths of the policy nothing could show one */
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
        if (hide(planner, sockets[i], err) < 0)
            return -1;
    return hide_sessions(planner, err);
}
