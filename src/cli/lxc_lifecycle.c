/* SPDX-License-Identifier: MIT */
/* Requests of the state-aware lifecycle: recognised, and answered in the form that their clients
 * parse. */
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "cli/lxc_exec.h"

const char *mxc_lxc_phase(struct mxc_arena *arena, const struct mxc_config *config)
{
    const char *phase = NULL;
    json_t *root;

    /* A one-shot policy need not be parsed twice. Another spelling of the key is an unknown key to
     * the reader, which refuses it. */
    if (!memmem(config->text, config->length, "\"phase\"", 7))
        return NULL;
    root = json_loadb(config->text, config->length, JSON_REJECT_DUPLICATES, NULL);
    if (root && json_string_value(json_object_get(root, "phase")))
        phase = mxc_arena_copy(arena, json_string_value(json_object_get(root, "phase")));
    json_decref(root);
    return phase;
}

static int answer(const char *code, const char *text, struct mxc_lxc_envelope *told)
{
    told->code = code;
    told->message = text ? text : "out of memory";
    mxc_lxc_envelope(STDOUT_FILENO, told);
    return 1;
}

int mxc_lxc_lifecycle(struct mxc_arena *arena, const char *phase, struct mxc_lxc_envelope *told)
{
    static const char *const known[] = { "provision", "start", "exec", "stop", "deprovision" };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], phase))
            return answer(
                "unsupported_phase",
                mxc_arena_format(arena,
                                 "no backend of this build has lifecycle phases, so '%s' cannot be "
                                 "done: send a one-shot request, without 'phase'",
                                 phase),
                told);
    return answer(
        "malformed_request",
        mxc_arena_format(arena, "phase '%s' is none of provision, start, exec, stop, deprovision",
                         phase),
        told);
}
