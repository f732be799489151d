/* SPDX-License-Identifier: MIT */
/* JSON Schema from the field tables. What a schema cannot say (whether networks lie within each
 * other, duplicate names, how a number is written) only the reader refuses. */
#include "policy/schema.h"

#include <stdlib.h>
#include <string.h>

#include "policy/fields.h"
#include "policy/version.h"

static json_t *object_schema(const struct mxc_object *object, enum mxc_version version);

static void set(json_t *schema, const char *key, json_t *value)
{
    (void)json_object_set_new(schema, key, value);
}

static json_t *any_schema(const struct mxc_field *field, enum mxc_version version)
{
    (void)field;
    (void)version;
    return json_object();
}

static json_t *version_schema(const struct mxc_field *field, enum mxc_version version)
{
    const char *pattern = mxc_version_pattern(version);

    (void)field;
    if (pattern)
        return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
    if (version == MXC_V_CURRENT)
        return json_pack("{s:[s,s]}", "enum", mxc_version_name(version), "");
    return json_pack("{s:s}", "const", mxc_version_name(version));
}

static json_t *string_schema(const struct mxc_field *field, enum mxc_version version)
{
    json_t *schema = json_pack("{s:s}", "type", "string");

    (void)version;
    if (field->min && field->type == MXC_TYPE_STRING)
        set(schema, "minLength", json_integer(field->min));
    set(schema, "pattern", json_string(field->pattern ? field->pattern : "^[^\\u0000]*$"));
    return schema;
}

static json_t *bool_schema(const struct mxc_field *field, enum mxc_version version)
{
    (void)field;
    (void)version;
    return json_pack("{s:s}", "type", "boolean");
}

static json_t *true_schema(const struct mxc_field *field, enum mxc_version version)
{
    (void)field;
    (void)version;
    return json_pack("{s:b}", "const", 1);
}

static json_t *integer_schema(const struct mxc_field *field, enum mxc_version version)
{
    (void)version;
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)field->min,
                     "maximum", (json_int_t)field->max);
}

static json_t *enum_schema(const struct mxc_field *field, enum mxc_version version)
{
    json_t *names = json_array();

    for (const struct mxc_choice *choice = field->choices; choice->name; choice++)
        if (choice->versions & version)
            (void)json_array_append_new(names, json_string(choice->name));
    return json_pack("{s:o}", "enum", names);
}

static json_t *list_schema(const struct mxc_field *field, enum mxc_version version)
{
    json_t *items = field->type == MXC_TYPE_OBJECTS ? object_schema(field->object, version)
                                                    : string_schema(field, version);
    json_t *schema = json_pack("{s:s, s:o}", "type", "array", "items", items);

    if (field->min)
        set(schema, "minItems", json_integer(field->min));
    if (field->max)
        set(schema, "maxItems", json_integer(field->max));
    return schema;
}

static json_t *nested_schema(const struct mxc_field *field, enum mxc_version version)
{
    return object_schema(field->object, version);
}

static json_t *(*const writers[])(const struct mxc_field *, enum mxc_version) = {
    [MXC_TYPE_ANY] = any_schema,       [MXC_TYPE_VERSION] = version_schema,
    [MXC_TYPE_STRING] = string_schema, [MXC_TYPE_BOOL] = bool_schema,
    [MXC_TYPE_TRUE] = true_schema,     [MXC_TYPE_INTEGER] = integer_schema,
    [MXC_TYPE_ENUM] = enum_schema,     [MXC_TYPE_STRINGS] = list_schema,
    [MXC_TYPE_OBJECT] = nested_schema, [MXC_TYPE_OBJECTS] = list_schema,
    [MXC_TYPE_REFUSED] = NULL,
};

/* Lets a schema accept null too: up to 0.9 that is the same as an absent key. */
static json_t *or_null(json_t *schema)
{
    json_t *type = json_object_get(schema, "type"), *names = json_object_get(schema, "enum");

    if (names)
        (void)json_array_append_new(names, json_null());
    else if (type)
        set(schema, "type", json_pack("[O,s]", type, "null"));
    else
        return json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
    return schema;
}

static json_t *field_schema(const struct mxc_field *field, enum mxc_version version)
{
    json_t *schema = writers[field->type](field, version);

    if (version & MXC_V_LEGACY && !(field->required & version) && field->type != MXC_TYPE_ANY)
        schema = or_null(schema);
    if (field->about)
        set(schema, "description", json_string(field->about));
    if (field->standard)
        set(schema, "default", json_loads(field->standard, JSON_DECODE_ANY, NULL));
    if (field->flags & MXC_F_COMPAT)
        set(schema, "deprecated", json_true());
    return schema;
}

static json_t *object_schema(const struct mxc_object *object, enum mxc_version version)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *schema = json_pack("{s:s}", "type", "object");
    json_t *rules = object->rules ? object->rules(version) : NULL;

    for (size_t i = 0; i < object->count; i++) {
        const struct mxc_field *field = &object->fields[i];

        if (!(field->versions & version) || !writers[field->type])
            continue;
        set(properties, field->name, field_schema(field, version));
        if (field->required & version)
            (void)json_array_append_new(required, json_string(field->name));
    }
    set(schema, "properties", properties);
    if (json_array_size(required))
        set(schema, "required", json_incref(required));
    json_decref(required);
    set(schema, "additionalProperties", json_false());
    if (json_array_size(rules))
        set(schema, "allOf", json_incref(rules));
    json_decref(rules);
    return schema;
}

void mxc_schema_json(enum mxc_version version, struct mxc_buf *out)
{
    json_t *root = json_pack(
        "{s:s, s:s+, s:s+, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "$id",
        "urn:mxc:config:", mxc_version_name(version), "title", "MXC configuration, version ",
        mxc_version_name(version), "description", mxc_object_root.about);
    json_t *object = object_schema(&mxc_object_root, version);
    char *text;

    (void)json_object_update_missing(root, object);
    text = json_dumps(root, JSON_INDENT(2));
    if (text)
        mxc_buf_add(out, text);
    else
        out->failed = true;
    mxc_buf_add(out, "\n");
    free(text);
    json_decref(object);
    json_decref(root);
}
