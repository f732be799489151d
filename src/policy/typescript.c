/* SPDX-License-Identifier: MIT */
/* TypeScript types of a policy from the field tables: one interface for each object, of all
 * versions together. */
#include <ctype.h>
#include <string.h>

#include "policy/fields.h"
#include "policy/schema.h"
#include "policy/version.h"

/* "network.egress.allow[].to[]" is PolicyNetworkEgressAllowTo. */
static void add_name(const struct mxc_object *object, struct mxc_buf *out)
{
    bool begins = true;

    mxc_buf_add(out, "Policy");
    for (const char *at = object->name; *at; at++) {
        if (isalnum((unsigned char)*at))
            mxc_buf_format(out, "%c", begins ? toupper((unsigned char)*at) : *at);
        begins = !isalnum((unsigned char)*at);
    }
}

static void add_choices(const struct mxc_field *field, struct mxc_buf *out)
{
    for (const struct mxc_choice *choice = field->choices; choice->name; choice++)
        mxc_buf_format(out, "%s'%s'", choice == field->choices ? "" : " | ", choice->name);
}

static void add_type(const struct mxc_field *field, struct mxc_buf *out)
{
    static const char *const plain[] = {
        [MXC_TYPE_ANY] = "unknown",      [MXC_TYPE_VERSION] = "string",
        [MXC_TYPE_STRING] = "string",    [MXC_TYPE_BOOL] = "boolean",
        [MXC_TYPE_TRUE] = "true",        [MXC_TYPE_INTEGER] = "number",
        [MXC_TYPE_STRINGS] = "string[]", [MXC_TYPE_REFUSED] = NULL,
    };

    if (field->type == MXC_TYPE_ENUM)
        add_choices(field, out);
    else if (field->object)
        add_name(field->object, out);
    else
        mxc_buf_add(out, plain[field->type]);
    if (field->type == MXC_TYPE_OBJECTS)
        mxc_buf_add(out, "[]");
}

/* Texts of the tables end no comment; this keeps it so. */
static void add_text(const char *text, struct mxc_buf *out)
{
    for (const char *at = text; *at; at++)
        mxc_buf_format(out, at[0] == '*' && at[1] == '/' ? "* " : "%c", *at);
}

static void add_comment(const struct mxc_field *field, struct mxc_buf *out)
{
    struct mxc_versions_text text;

    mxc_buf_add(out, "  /** ");
    if (field->flags & MXC_F_EXTENSION)
        mxc_buf_add(out, "Extension. ");
    if (field->flags & MXC_F_INERT)
        mxc_buf_add(out, "No effect. ");
    add_text(field->about, out);
    if (field->standard)
        mxc_buf_format(out, " Default: `%s`.", field->standard);
    if (field->versions != MXC_V_ALL)
        mxc_buf_format(out, " Versions: %s.", mxc_versions_text(&text, field->versions));
    mxc_buf_add(out, " */\n");
}

static bool is_name(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '_' && *at != '$')
            return false;
    return true;
}

/* A key whose type changed with the versions has a row for each: one member of either type. */
static void add_types(const struct mxc_object *object, const struct mxc_field *field,
                      struct mxc_buf *out)
{
    add_type(field, out);
    for (const struct mxc_field *at = field + 1; at < object->fields + object->count; at++)
        if (strcmp(at->name, field->name) == 0) {
            mxc_buf_add(out, " | ");
            add_type(at, out);
        }
}

static bool is_repeated(const struct mxc_object *object, const struct mxc_field *field)
{
    for (const struct mxc_field *at = object->fields; at < field; at++)
        if (strcmp(at->name, field->name) == 0)
            return true;
    return false;
}

static void add_field(const struct mxc_object *object, const struct mxc_field *field,
                      struct mxc_buf *out)
{
    /* Current policies may leave the version out, but a program that says which one it means keeps
     * its meaning. */
    bool required = field->type == MXC_TYPE_VERSION || field->required == field->versions;
    const char *quote = is_name(field->name) ? "" : "'";

    if (field->type == MXC_TYPE_REFUSED || is_repeated(object, field))
        return;
    add_comment(field, out);
    mxc_buf_format(out, "  %s%s%s%s: ", quote, field->name, quote, required ? "" : "?");
    add_types(object, field, out);
    mxc_buf_add(out, required ? ";\n" : " | undefined;\n");
}

/* Objects that were printed; some are reached by two keys. */
enum { MOST_OBJECTS = 64 };

struct printed {
    const struct mxc_object *objects[MOST_OBJECTS];
    size_t count;
};

static bool is_new(struct printed *printed, const struct mxc_object *object)
{
    for (size_t i = 0; i < printed->count; i++)
        if (printed->objects[i] == object)
            return false;
    if (printed->count < MOST_OBJECTS)
        printed->objects[printed->count++] = object;
    return true;
}

static void add_object(const struct mxc_object *object, struct printed *printed,
                       struct mxc_buf *out)
{
    mxc_buf_add(out, "\n/** ");
    add_text(object->about, out);
    mxc_buf_add(out, " */\nexport interface ");
    add_name(object, out);
    mxc_buf_add(out, " {\n");
    for (size_t i = 0; i < object->count; i++)
        add_field(object, &object->fields[i], out);
    mxc_buf_add(out, "}\n");
    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].object && is_new(printed, object->fields[i].object))
            add_object(object->fields[i].object, printed, out);
}

void mxc_schema_typescript(struct mxc_buf *out)
{
    struct printed printed = { 0 };

    add_object(&mxc_object_root, &printed, out);
}
