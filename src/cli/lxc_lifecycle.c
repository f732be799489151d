/* SPDX-License-Identifier: MIT */
/* Requests of the state-aware lifecycle: recognised, and answered in the form that their clients parse. */
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "cli/lxc_exec.h"

const char *mxc_lxc_phase(struct mxc_arena *arena, const struct mxc_config *config)
{
    const char *phase = NULL;
    json_t *root;

    /* A one-shot policy need not be parsed twice. Another spelling of the key is an unknown key to the
     * reader, which refuses it. */
    if (!memmem(config->text, config->length, "\"phase\"", 7))
        return NULL;
    root = json_loadb(config->text, config->length, JSON_REJECT_DUPLICATES, NULL);
    if (root && json_string_value(json_object_get(root, "phase")))
        phase = mxc_arena_copy(arena, json_string_value(json_object_get(root, "phase")));
    json_decref(root);
    return phase;
}

int mxc_lxc_lifecycle(struct mxc_arena *arena, const char *phase)
{
    static const char *const known[] = { "provision", "start", "exec", "stop", "deprovision" };
    const char *text;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], phase)) {
            text =
                mxc_arena_format(arena,
                                 "no backend of this build has lifecycle phases, so '%s' cannot be "
                                 "done: send a one-shot request, without 'phase'",
                                 phase);
            mxc_lxc_envelope(STDOUT_FILENO, "unsupported_phase", text ? text : "out of memory");
            return 1;
        }
    text = mxc_arena_format(
        arena, "phase '%s' is none of provision, start, exec, stop, deprovision", phase);
    mxc_lxc_envelope(STDOUT_FILENO, "malformed_request", text ? text : "out of memory");
    return 1;
}
