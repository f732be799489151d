/* SPDX-License-Identifier: MIT */
/* docs/schema.md from the field tables. */
#include <string.h>

#include "policy/fields.h"
#include "policy/schema.h"
#include "policy/version.h"

static const char intro[] =
    "# Configuration reference\n"
    "\n"
    "Every key of a configuration, as the reader knows it. This file is printed from the same "
    "tables\n"
    "as the reader and the files in `schemas/`; `mxc schema` prints those. What the versions are, "
    "and\n"
    "which one a text gets, is in [versions.md](versions.md).\n"
    "\n"
    "* A key that is in no table is an error, at every depth, and so is one that the version "
    "lacks.\n"
    "* Up to 0.9, `null` is the same as an absent key. From 1.0.0 on it is an error.\n"
    "* Names and values are case-sensitive. A name may stand once in an object.\n"
    "* A text may not hold a NUL character. An integer is written in plain digits: not `1e3`, "
    "`1000.0`\n"
    "  or `-0`.\n"
    "* *Required* says where a key must be present: `yes`, or the versions.\n"
    "* *Extension*: other MXC executors refuse the key, and so do we where a portable policy is "
    "asked\n"
    "  for.\n"
    "* *No effect*: accepted, and safe to ignore for the reason given.\n"
    "* *Older clients*: accepted because published clients send it.\n";

static const char outro[] =
    "\n## What a JSON Schema cannot say\n"
    "\n"
    "The schemas accept these texts; the reader refuses them:\n"
    "\n"
    "* a name twice in one object, a byte order mark, invalid UTF-8, more than 127 nested lists "
    "and\n"
    "  objects;\n"
    "* integers written with a fraction, an exponent or a minus sign before zero;\n"
    "* version numbers that do not fit 64 bits;\n"
    "* `cidr` and `except` that look like networks and are none, have host bits, or do not lie "
    "within\n"
    "  each other; legacy hosts that look like a network or a name and are none;\n"
    "* `endPort` below `port`; one `windowsPort` twice for a protocol; one `hostPort` twice for "
    "an\n"
    "  address, and an address that is none or is IPv4 in the form of IPv6;\n"
    "* proxy URLs whose port is the scheme's default or above 65535, or whose host is not a "
    "host.\n";

static const char *const types[] = {
    [MXC_TYPE_ANY] = "any value", [MXC_TYPE_VERSION] = "version",
    [MXC_TYPE_STRING] = "string", [MXC_TYPE_BOOL] = "true or false",
    [MXC_TYPE_TRUE] = "`true`",   [MXC_TYPE_STRINGS] = "list of strings",
    [MXC_TYPE_OBJECT] = "object", [MXC_TYPE_OBJECTS] = "list of objects",
    [MXC_TYPE_REFUSED] = "none",
};

static void add_choices(const struct mxc_field *field, struct mxc_buf *out)
{
    const char *between = "";

    for (const struct mxc_choice *choice = field->choices; choice->name; choice++) {
        struct mxc_versions_text text;
        unsigned versions = choice->versions & field->versions;

        mxc_buf_format(out, "%s`%s`", between, choice->name);
        if (versions != field->versions)
            mxc_buf_format(out, " (%s)", mxc_versions_text(&text, versions));
        between = ", ";
    }
}

static void add_type(const struct mxc_field *field, struct mxc_buf *out)
{
    if (field->type == MXC_TYPE_ENUM)
        add_choices(field, out);
    else if (field->type == MXC_TYPE_INTEGER)
        mxc_buf_format(out, "integer, %lld to %lld", (long long)field->min, (long long)field->max);
    else
        mxc_buf_add(out, types[field->type]);
    if (field->min && field->type == MXC_TYPE_STRING)
        mxc_buf_add(out, ", not empty");
    if (field->min && (field->type == MXC_TYPE_STRINGS || field->type == MXC_TYPE_OBJECTS))
        mxc_buf_add(out, ", not empty");
    if (field->max && field->type == MXC_TYPE_OBJECTS)
        mxc_buf_format(out, ", at most %lld", (long long)field->max);
}

static const struct {
    unsigned flag;
    const char *text;
} marks[] = {
    { MXC_F_EXTENSION, "*Extension.* " },
    { MXC_F_COMPAT, "*Older clients.* " },
    { MXC_F_INERT, "*No effect.* " },
};

static void add_required(const struct mxc_field *field, struct mxc_buf *out)
{
    struct mxc_versions_text text;

    if (field->required == field->versions)
        mxc_buf_add(out, "yes");
    else
        mxc_buf_add(out, mxc_versions_text(&text, field->required));
}

static void add_row(const struct mxc_field *field, struct mxc_buf *out)
{
    struct mxc_versions_text text;

    mxc_buf_format(out, "| `%s` | ", field->name);
    add_type(field, out);
    mxc_buf_format(out, " | %s | ",
                   field->versions == MXC_V_ALL ? "all"
                                                : mxc_versions_text(&text, field->versions));
    add_required(field, out);
    mxc_buf_add(out, " | ");
    if (field->standard)
        mxc_buf_format(out, "`%s`", field->standard);
    mxc_buf_add(out, " | ");
    for (size_t i = 0; i < MXC_COUNT(marks); i++)
        if (field->flags & marks[i].flag)
            mxc_buf_add(out, marks[i].text);
    mxc_buf_format(out, "%s |\n", field->about);
}

/* Objects that were printed; some are reached by two keys. */
enum { MOST_OBJECTS = 64 };

struct printed {
    const struct mxc_object *objects[MOST_OBJECTS];
    size_t count;
};

static int is_new(struct printed *printed, const struct mxc_object *object)
{
    for (size_t i = 0; i < printed->count; i++)
        if (printed->objects[i] == object)
            return 0;
    if (printed->count < MOST_OBJECTS)
        printed->objects[printed->count++] = object;
    return 1;
}

static void add_object(const struct mxc_object *object, struct printed *printed,
                       struct mxc_buf *out)
{
    mxc_buf_format(out, "\n## %s%s%s\n\n%s\n\n", object->name[0] ? "`" : "Top level", object->name,
                   object->name[0] ? "`" : "", object->about);
    mxc_buf_add(out, "| Key | Type | Versions | Required | Default | Meaning |\n"
                     "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < object->count; i++)
        add_row(&object->fields[i], out);
    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].object && is_new(printed, object->fields[i].object))
            add_object(object->fields[i].object, printed, out);
}

void mxc_schema_markdown(struct mxc_buf *out)
{
    struct printed printed = { 0 };

    mxc_buf_add(out, intro);
    add_object(&mxc_object_root, &printed, out);
    mxc_buf_add(out, outro);
}
