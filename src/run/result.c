/* SPDX-License-Identifier: MIT */
/* Telling how a run ended, to callers that count, read, or parse. */
#include "run/result.h"

#include <inttypes.h>
#include <string.h>

/* How each reason is told: 'before', a number from the plan, 'after'. */
static const struct row {
    int fixed;               /* exit status; -1: the program's own, or 128 and its signal */
    enum mxc_step_kind kind; /* step that holds the number; NOTE: no number */
    const char *limit;       /* its name when it is a limit */
    const char *before;      /* NULL: nothing to tell */
    const char *after;
} rows[] = {
    [MXC_REASON_EXIT] = { -1, MXC_STEP_NOTE, NULL, NULL, NULL },
    [MXC_REASON_SIGNAL] = { -1, MXC_STEP_NOTE, NULL, NULL, NULL },
    [MXC_REASON_TIMEOUT] = { 255, MXC_STEP_TIMEOUT, NULL, "script timed out after ", "ms" },
    [MXC_REASON_OOM] = { -1, MXC_STEP_LIMIT, "memoryMb", "script ran out of its ",
                         " MB of memory (/limits/memoryMb)" },
    [MXC_REASON_PIDS] = { -1, MXC_STEP_LIMIT, "processes", "script reached its limit of ",
                          " processes (/limits/processes)" },
    [MXC_REASON_OUTPUT] = { 255, MXC_STEP_LIMIT, "outputMb", "script wrote more than ",
                            " MB of output (/limits/outputMb)" },
    [MXC_REASON_DISK] = { -1, MXC_STEP_NOTE, NULL, "script filled its disk space",
                          " (/limits/tmpMb, /limits/fileSizeMb)" },
    [MXC_REASON_REFUSED] = { 255, MXC_STEP_NOTE, NULL, NULL, NULL },
    [MXC_REASON_SETUP] = { 255, MXC_STEP_NOTE, NULL, NULL, NULL },
    [MXC_REASON_FAILED] = { 255, MXC_STEP_NOTE, NULL, NULL, NULL },
    [MXC_REASON_INTERRUPTED] = { -1, MXC_STEP_NOTE, NULL, NULL, NULL },
};

int mxc_exit_status(const struct mxc_exit *exit)
{
    int fixed = rows[exit->reason].fixed;

    if (fixed >= 0)
        return fixed;
    return exit->signal ? 128 + exit->signal : exit->code;
}

static const struct mxc_step *number(const struct mxc_plan *plan, const struct row *row)
{
    for (size_t i = 0; row->kind != MXC_STEP_NOTE && i < plan->count; i++) {
        const struct mxc_step *step = &plan->steps[i];

        if (step->kind == row->kind && (!row->limit || !strcmp(row->limit, step->from)))
            return step;
    }
    return NULL;
}

const char *mxc_exit_sentence(struct mxc_arena *arena, const struct mxc_plan *plan,
                              const struct mxc_exit *exit)
{
    const struct row *row = &rows[exit->reason];
    const struct mxc_step *step = number(plan, row);

    if (!row->before)
        return NULL;
    if (step)
        return mxc_arena_format(arena, "%s%" PRIu64 "%s", row->before, step->size, row->after);
    return mxc_arena_format(arena, "%s%s", row->before, row->after);
}

void mxc_result_error_json(const struct mxc_err *err, struct mxc_buf *out)
{
    mxc_buf_add(out, "{\"code\":");
    mxc_buf_json(out, mxc_code_text(err->code));
    mxc_buf_add(out, ",\"message\":");
    mxc_buf_json(out, err->text);
    if (*err->where) {
        mxc_buf_add(out, ",\"where\":");
        mxc_buf_json(out, err->where);
    }
    if (err->line)
        mxc_buf_format(out, ",\"line\":%d,\"column\":%d", err->line, err->column);
    mxc_buf_add(out, "}");
}

static void add_text(struct mxc_buf *out, const char *key, const char *value)
{
    mxc_buf_format(out, "\"%s\":", key);
    if (value)
        mxc_buf_json(out, value);
    else
        mxc_buf_add(out, "null");
    mxc_buf_add(out, ",");
}

/* A number, or null when it means nothing here. */
static void add_number(struct mxc_buf *out, const char *key, uint64_t value, bool known)
{
    if (known)
        mxc_buf_format(out, "\"%s\":%" PRIu64 ",", key, value);
    else
        mxc_buf_format(out, "\"%s\":null,", key);
}

static void add_ms(struct mxc_buf *out, const char *key, uint64_t us)
{
    mxc_buf_format(out, "\"%s\":%" PRIu64 ".%03u,", key, us / 1000, (unsigned)(us % 1000));
}

static void add_enforced(struct mxc_buf *out, const struct mxc_exit *exit)
{
    mxc_buf_add(out, "\"enforced\":{");
    for (size_t i = 0; i < exit->enforced_count; i++) {
        mxc_buf_add(out, i ? "," : "");
        mxc_buf_json(out, exit->enforced[i].what);
        mxc_buf_add(out, ":");
        mxc_buf_json(out, exit->enforced[i].how);
    }
    mxc_buf_add(out, "},");
}

static void add_denials(struct mxc_buf *out, const struct mxc_events *events)
{
    mxc_buf_add(out, "\"denials\":");
    if (events)
        mxc_events_json(events, out);
    else
        mxc_buf_add(out, "null");
    mxc_buf_format(out, ",\"denialsMore\":%" PRIu64 ",", events ? mxc_events_more(events) : 0);
}

static bool has_code(const struct mxc_exit *exit)
{
    return !exit->signal && rows[exit->reason].fixed < 0;
}

void mxc_result_json(const struct mxc_result *result, struct mxc_buf *out)
{
    const struct mxc_exit *exit = result->exit;

    mxc_buf_format(out, "{\"version\":%d,", MXC_RESULT_VERSION);
    add_text(out, "backend", result->backend);
    add_text(out, "reason", mxc_reason_text(exit->reason));
    add_number(out, "exitCode", (uint64_t)exit->code, has_code(exit));
    add_number(out, "signal", (uint64_t)exit->signal, exit->signal != 0);
    add_text(out, "startedAt", result->started_at);
    add_ms(out, "setupMs", exit->setup_us);
    add_ms(out, "runMs", exit->run_us);
    if (exit->cpu_unknown)
        mxc_buf_add(out, "\"cpuMs\":null,");
    else
        add_ms(out, "cpuMs", exit->cpu_us);
    add_number(out, "peakMemoryBytes", exit->peak_memory, exit->peak_memory != 0);
    add_enforced(out, exit);
    add_denials(out, result->events);
    mxc_buf_add(out, "\"error\":");
    if (result->err)
        mxc_result_error_json(result->err, out);
    else
        mxc_buf_add(out, "null");
    mxc_buf_add(out, "}\n");
}
