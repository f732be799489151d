/* SPDX-License-Identifier: MIT */
/* The stable text form of a plan. */
#include <string.h>

#include "base/utf8.h"
#include "plan/plan.h"

/* Free text keeps its spaces; in a path they are written too, so that fields stay apart. */
static void add_escaped(struct mxc_buf *out, const char *text, bool path)
{
    size_t left = strlen(text);

    while (left) {
        size_t size = mxc_utf8_size(text, left);
        bool odd =
            !size || mxc_utf8_confusing(mxc_utf8_point(text, size)) || (path && *text == ' ');

        size = size ? size : 1;
        if (*text == '\\')
            mxc_buf_add(out, "\\\\");
        else if (!odd)
            mxc_buf_add_n(out, text, size);
        else
            for (size_t i = 0; i < size; i++)
                mxc_buf_format(out, "\\x%02x", (unsigned)(unsigned char)text[i]);
        text += size;
        left -= size;
    }
}

static const char *const object_names[] = {
    [MXC_OBJECT_MISSING] = "missing",
    [MXC_OBJECT_FILE] = "file",
    [MXC_OBJECT_DIRECTORY] = "directory",
    [MXC_OBJECT_SYMLINK] = "symlink",
    [MXC_OBJECT_FIFO] = "fifo",
    [MXC_OBJECT_SOCKET] = "socket",
    [MXC_OBJECT_CHARACTER_DEVICE] = "character-device",
    [MXC_OBJECT_BLOCK_DEVICE] = "block-device",
};

/* What follows the first word, in this order. */
enum part {
    PART_TO = 1 << 0,     /* a path */
    PART_FROM = 1 << 1,   /* a path, and an arrow */
    PART_TARGET = 1 << 2, /* an arrow, and the text of a symlink */
    PART_TEXT = 1 << 3,   /* free text */
    PART_SIZE = 1 << 4,
    PART_ACCESS = 1 << 5,
    PART_OBJECT = 1 << 6,
    PART_BYTES = 1 << 7, /* free text to the end of the line */
};

static const struct {
    const char *word;
    unsigned parts;
} kinds[] = {
    [MXC_STEP_DIRECTORY] = { "directory", PART_TO },
    [MXC_STEP_FILE] = { "file", PART_TO },
    [MXC_STEP_SYMLINK] = { "symlink", PART_TO | PART_TARGET },
    [MXC_STEP_BIND] = { "bind", PART_FROM | PART_TO | PART_ACCESS },
    [MXC_STEP_PIN] = { "pin", PART_TO | PART_ACCESS },
    [MXC_STEP_HIDE] = { "hide", PART_TO | PART_OBJECT },
    [MXC_STEP_SHELL] = { "shell", PART_TO },
    [MXC_STEP_TMP] = { "tmp", PART_TO },
    [MXC_STEP_DEVICES] = { "devices", PART_TO },
    [MXC_STEP_PROC] = { "proc", PART_TO },
    [MXC_STEP_ENVIRONMENT] = { "environment", PART_TEXT },
    [MXC_STEP_DIRECTORY_IN] = { "cwd", PART_TO },
    [MXC_STEP_COMMAND] = { "command", PART_TEXT },
    [MXC_STEP_IDS] = { "ids", 0 },
    [MXC_STEP_CONTENT] = { "content", PART_TO | PART_BYTES },
    [MXC_STEP_RULE] = { "rule", PART_TEXT },
    [MXC_STEP_PUBLISH] = { "publish", PART_TEXT },
    [MXC_STEP_PROXY] = { "proxy", PART_TEXT },
    [MXC_STEP_NETWORK] = { "network", PART_TEXT },
    [MXC_STEP_LIMIT] = { "limit", PART_TEXT | PART_SIZE },
    [MXC_STEP_TIMEOUT] = { "timeout", PART_SIZE },
    [MXC_STEP_NOTE] = { "note", PART_TEXT },
};

static const struct {
    unsigned flag;
    const char *word;
} flags[] = {
    { MXC_STEP_OPTIONAL, " optional" }, { MXC_STEP_DEVICE, " device" },
    { MXC_STEP_MAPPED, " mapped" },     { MXC_STEP_RECURSIVE, " recursive" },
    { MXC_STEP_DEFAULT, " default" },
};

static void add_step(struct mxc_buf *out, const struct mxc_step *step)
{
    unsigned parts = kinds[step->kind].parts;

    mxc_buf_add(out, kinds[step->kind].word);
    if (parts & (PART_FROM | PART_TO | PART_TEXT))
        mxc_buf_add(out, " ");
    if (parts & (PART_FROM | PART_TEXT))
        add_escaped(out, step->from, parts & PART_FROM);
    if (parts & PART_FROM)
        mxc_buf_add(out, " -> ");
    if (parts & PART_TO)
        add_escaped(out, step->to, true);
    if (parts & PART_TARGET) {
        mxc_buf_add(out, " -> ");
        add_escaped(out, step->from, true);
    }
    if (parts & PART_BYTES) {
        mxc_buf_add(out, " ");
        add_escaped(out, step->from, false);
    }
    if (parts & PART_SIZE)
        mxc_buf_format(out, " %llu", (unsigned long long)step->size);
    if (parts & PART_ACCESS)
        mxc_buf_add(out, step->flags & MXC_STEP_RW ? " rw" : " ro");
    if (parts & PART_OBJECT)
        mxc_buf_format(out, " %s", object_names[step->object]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (step->flags & flags[i].flag)
            mxc_buf_add(out, flags[i].word);
    mxc_buf_add(out, "\n");
}

void mxc_plan_text(const struct mxc_plan *plan, struct mxc_buf *out)
{
    for (size_t i = 0; i < plan->count; i++)
        add_step(out, &plan->steps[i]);
}
