/* SPDX-License-Identifier: MIT */
/* Walks a JSON tree along the field tables and fills the policy. */
#include "policy/read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policy/parse.h"
#include "policy/unknown.h"
#include "policy/version.h"

static int read_object(struct mxc_reader *reader, const struct mxc_object *object,
                       const struct mxc_path *path, json_t *json, void *base);

const struct mxc_field *mxc_field_find(const struct mxc_object *object, const char *name,
                                       unsigned versions)
{
    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].versions & versions && strcmp(object->fields[i].name, name) == 0)
            return &object->fields[i];
    return NULL;
}

/* One value on its way into a struct. */
struct value {
    const struct mxc_field *field;
    const struct mxc_path *path;
    json_t *json;
    char *base; /* struct of the surrounding object */
};

static void *slot_of(const struct value *value)
{
    return value->field->size ? value->base + value->field->offset : NULL;
}

/* Stores an integer into a member of whatever size. */
static void store(const struct value *value, uint64_t number)
{
    const uint8_t byte = (uint8_t)number;
    const uint16_t half = (uint16_t)number;
    const uint32_t word = (uint32_t)number;
    const void *const sources[] = { [1] = &byte, [2] = &half, [4] = &word, [8] = &number };

    if (value->field->size)
        memcpy(slot_of(value), sources[value->field->size], value->field->size);
}

static int wrong_type(struct mxc_reader *reader, const struct value *value, const char *expected)
{
    if (json_is_null(value->json))
        return mxc_read_fail(reader, value->path,
                             "expected %s, found null; leave the key out where it is not needed",
                             expected);
    return mxc_read_fail(reader, value->path, "expected %s, found %s", expected,
                         mxc_read_kind(value->json));
}

static int note_extension(struct mxc_reader *reader, const struct mxc_path *path, const char *what)
{
    struct mxc_strings *list = &reader->policy->extensions;
    auto_buf pointer = { 0 };
    const char **items;

    if (reader->options->portable)
        return mxc_read_fail_key(reader, path,
                                 "%s is an extension that other MXC executors do not know; "
                                 "remove it, or do not ask for a portable policy",
                                 what);
    mxc_path_pointer(path, &pointer);
    items = mxc_arena_grow(reader->arena, list->items, list->count, &reader->extensions_room,
                           sizeof *items);
    if (!items || pointer.failed)
        return mxc_read_no_memory(reader);
    list->items = items;
    items[list->count] = mxc_arena_copy(reader->arena, pointer.data);
    return items[list->count++] ? 0 : mxc_read_no_memory(reader);
}

/* Checks one text and gives it to 'slot': converted, or as a copy. */
static int take_text(struct mxc_reader *reader, const struct value *value, void *slot)
{
    const struct mxc_field *field = value->field;
    const char *text = json_string_value(value->json);
    size_t length = json_string_length(value->json);
    const char *copy;

    if (field->rule && field->rule(reader, value->path, text, length) < 0)
        return -1;
    if (memchr(text, '\0', length))
        return mxc_read_fail(reader, value->path, "%s must not contain null bytes",
                             mxc_read_dotted(reader, value->path));
    if (field->convert)
        return field->convert(reader, value->path, text, slot);
    if (!slot || (!length && field->flags & MXC_F_EMPTY_NULL))
        return 0;
    copy = mxc_arena_copy_n(reader->arena, text, length);
    memcpy(slot, &copy, sizeof copy);
    return copy ? 0 : mxc_read_no_memory(reader);
}

static int read_string(struct mxc_reader *reader, const struct value *value)
{
    bool replaced = value->field->flags & MXC_F_COMMAND && reader->options->command;

    if (!json_is_string(value->json))
        return wrong_type(reader, value, "a string");
    if (json_string_length(value->json) < (size_t)value->field->min && !replaced)
        return mxc_read_fail(reader, value->path, "%s cannot be empty",
                             mxc_read_dotted(reader, value->path));
    return take_text(reader, value, slot_of(value));
}

static int read_any(struct mxc_reader *reader, const struct value *value)
{
    (void)reader;
    (void)value;
    return 0;
}

static int read_refused(struct mxc_reader *reader, const struct value *value)
{
    return mxc_read_fail_key(reader, value->path, "%s", value->field->hint);
}

static int read_bool(struct mxc_reader *reader, const struct value *value)
{
    if (!json_is_boolean(value->json))
        return wrong_type(reader, value, "true or false");
    store(value, json_is_true(value->json));
    return 0;
}

static int read_true(struct mxc_reader *reader, const struct value *value)
{
    if (!json_is_true(value->json))
        return mxc_read_fail(reader, value->path, "%s must be true when present",
                             mxc_read_dotted(reader, value->path));
    store(value, 1);
    return 0;
}

static int read_integer(struct mxc_reader *reader, const struct value *value)
{
    const struct mxc_field *field = value->field;
    json_int_t number = json_integer_value(value->json);
    struct mxc_spot spot;

    if (!json_is_integer(value->json))
        return wrong_type(reader, value,
                          json_is_real(value->json) ? "an integer in plain digits" : "an integer");
    if (number == 0) {
        spot = mxc_locate(reader->text, reader->length, value->path);
        if (spot.value < reader->length && reader->text[spot.value] == '-')
            return mxc_read_fail(reader, value->path, "expected an integer, found -0; write 0");
    }
    if (number < field->min || number > field->max)
        return mxc_read_fail(reader, value->path, "%s must be %s%sbetween %" PRId64 " and %" PRId64,
                             mxc_read_dotted(reader, value->path), field->noun ? field->noun : "",
                             field->noun ? " " : "", field->min, field->max);
    store(value, (uint64_t)number);
    return 0;
}

static int read_enum(struct mxc_reader *reader, const struct value *value)
{
    const struct mxc_choice *choice = value->field->choices;
    const char *text = json_string_value(value->json);

    if (!text)
        return wrong_type(reader, value, "a string");
    while (choice->name && !(choice->versions & reader->version &&
                             json_string_length(value->json) == strlen(choice->name) &&
                             strcmp(choice->name, text) == 0))
        choice++;
    if (!choice->name)
        return mxc_unknown_choice(reader, value->path, value->field, text,
                                  json_string_length(value->json));
    if (choice->flags & MXC_F_EXTENSION && note_extension(reader, value->path, choice->name) < 0)
        return -1;
    store(value, (uint64_t)choice->value);
    return 0;
}

static int read_nested(struct mxc_reader *reader, const struct value *value)
{
    if (!json_is_object(value->json))
        return wrong_type(reader, value, "an object");
    return read_object(reader, value->field->object, value->path, value->json,
                       value->base + value->field->offset);
}

/* Reads one element of a list into 'slot', which may be NULL. */
static int read_element(struct mxc_reader *reader, const struct value *value, void *slot)
{
    if (value->field->type == MXC_TYPE_STRINGS)
        return json_is_string(value->json) ? take_text(reader, value, slot)
                                           : wrong_type(reader, value, "a string");
    if (!json_is_object(value->json))
        return wrong_type(reader, value, "an object");
    return read_object(reader, value->field->object, value->path, value->json, slot);
}

static size_t element_size(const struct mxc_field *field)
{
    if (field->type == MXC_TYPE_OBJECTS)
        return field->object->size;
    return field->convert ? field->element : sizeof(const char *);
}

static int read_list(struct mxc_reader *reader, const struct value *value)
{
    const struct mxc_field *field = value->field;
    size_t count = json_array_size(value->json), size = element_size(field);
    char *items = NULL;

    if (!json_is_array(value->json))
        return wrong_type(reader, value, "a list");
    if (count < (size_t)field->min)
        return mxc_read_fail(reader, value->path, "%s must contain at least one %s when specified",
                             mxc_read_dotted(reader, value->path), field->noun);
    if (field->max && count > (size_t)field->max)
        return mxc_read_fail(reader, value->path, "%s must contain at most %d elements",
                             mxc_read_dotted(reader, value->path), (int)field->max);
    if (size && count && !(items = mxc_arena_alloc(reader->arena, count * size)))
        return mxc_read_no_memory(reader);
    for (size_t i = 0; i < count; i++) {
        struct mxc_path path = { value->path, NULL, i };
        struct value element = { field, &path, json_array_get(value->json, i), NULL };

        if (read_element(reader, &element, items ? items + i * size : NULL) < 0)
            return -1;
    }
    if (field->size) {
        memcpy(value->base + field->offset, &items, sizeof items);
        memcpy(value->base + field->count_offset, &count, sizeof count);
    }
    return 0;
}

static int (*const readers[])(struct mxc_reader *, const struct value *) = {
    [MXC_TYPE_ANY] = read_any,         [MXC_TYPE_VERSION] = read_any,
    [MXC_TYPE_STRING] = read_string,   [MXC_TYPE_BOOL] = read_bool,
    [MXC_TYPE_TRUE] = read_true,       [MXC_TYPE_INTEGER] = read_integer,
    [MXC_TYPE_ENUM] = read_enum,       [MXC_TYPE_STRINGS] = read_list,
    [MXC_TYPE_OBJECT] = read_nested,   [MXC_TYPE_OBJECTS] = read_list,
    [MXC_TYPE_REFUSED] = read_refused,
};

/* Up to 0.9 null is the same as an absent key. */
static bool is_absent(const struct mxc_reader *reader, const json_t *json)
{
    return !json || (json_is_null(json) && reader->version & MXC_V_LEGACY);
}

static int read_members(struct mxc_reader *reader, const struct mxc_object *object,
                        const struct mxc_path *path, json_t *json, void *base)
{
    const char *key;
    json_t *member;

    json_object_foreach(json, key, member)
    {
        struct mxc_path at = { path, key, 0 };
        struct value value = { mxc_field_find(object, key, reader->version), &at, member, base };

        if (!value.field) /* mxc_unknown_keys() has refused it */
            return mxc_read_fail_key(reader, &at, "unknown key '%s'", key);
        if (is_absent(reader, member) && value.field->type != MXC_TYPE_REFUSED)
            continue;
        if (value.field->flags & MXC_F_EXTENSION && note_extension(reader, &at, key) < 0)
            return -1;
        if (readers[value.field->type](reader, &value) < 0)
            return -1;
    }
    return 0;
}

static int check_required(struct mxc_reader *reader, const struct mxc_object *object,
                          const struct mxc_path *path, json_t *json)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct mxc_field *field = &object->fields[i];
        struct mxc_path at = { path, field->name, 0 };

        if (!(field->required & reader->version) ||
            !is_absent(reader, json_object_get(json, field->name)))
            continue;
        if (field->flags & MXC_F_COMMAND && reader->options->command)
            continue;
        return mxc_read_fail(reader, &at,
                             field->type == MXC_TYPE_OBJECT ? "'%s' section is required"
                                                            : "Missing required field: %s",
                             mxc_read_dotted(reader, &at));
    }
    return 0;
}

/* Gives each member the default that its row states. */
static void set_defaults(const struct mxc_object *object, char *base)
{
    for (size_t i = 0; i < object->count; i++) {
        struct value value = { &object->fields[i], NULL, NULL, base };
        const struct mxc_choice *choice = value.field->choices;
        const char *standard = value.field->standard;

        if (value.field->type == MXC_TYPE_OBJECT)
            set_defaults(value.field->object, base + value.field->offset);
        if (!standard || !value.field->size)
            continue;
        if (value.field->type == MXC_TYPE_BOOL)
            store(&value, strcmp(standard, "true") == 0);
        else if (value.field->type == MXC_TYPE_INTEGER)
            store(&value, strtoull(standard, NULL, 10));
        else if (value.field->type == MXC_TYPE_ENUM) {
            while (strncmp(standard + 1, choice->name, strlen(standard) - 2) != 0 ||
                   choice->name[strlen(standard) - 2])
                choice++;
            store(&value, (uint64_t)choice->value);
        }
    }
}

/* 'base' may be NULL when nothing of the object is kept. */
static int read_object(struct mxc_reader *reader, const struct mxc_object *object,
                       const struct mxc_path *path, json_t *json, void *base)
{
    if (path && !path->key && base)
        set_defaults(object, base);
    if (mxc_unknown_keys(reader, object, path, json) < 0 ||
        read_members(reader, object, path, json, base) < 0 ||
        check_required(reader, object, path, json) < 0)
        return -1;
    return object->check ? object->check(reader, path, json, base) : 0;
}

static int read_version(struct mxc_reader *reader, json_t *root)
{
    static const struct mxc_path at = { NULL, "version", 0 };
    json_t *json = json_object_get(root, "version");
    struct mxc_err why;

    reader->version = MXC_V_CURRENT;
    if (json && !json_is_string(json))
        return mxc_read_fail(reader, &at,
                             "expected a version such as \"1.0.0\", found %s; leave the key out "
                             "for the current version",
                             mxc_read_kind(json));
    if (json && memchr(json_string_value(json), '\0', json_string_length(json)))
        return mxc_read_fail(reader, &at, "version must not contain null bytes");
    if (json && json_string_length(json) &&
        mxc_version_read(json_string_value(json), &reader->version, &why) < 0)
        return mxc_read_fail(reader, &at, "%s", why.text);
    reader->policy->version = reader->version;
    if (!json)
        return 0;
    reader->policy->version_text = mxc_arena_copy(reader->arena, json_string_value(json));
    return reader->policy->version_text ? 0 : mxc_read_no_memory(reader);
}

static int read_root(struct mxc_reader *reader, json_t *root)
{
    set_defaults(&mxc_object_root, (char *)reader->policy);
    if (read_version(reader, root) < 0)
        return -1;
    return read_object(reader, &mxc_object_root, NULL, root, reader->policy);
}

int mxc_policy_read(struct mxc_arena *arena, const char *text, size_t length,
                    const struct mxc_read_options *options, struct mxc_policy *out,
                    struct mxc_err *err)
{
    static const struct mxc_read_options none;
    struct mxc_policy policy = { 0 };
    struct mxc_err unused;
    struct mxc_reader reader = {
        .arena = arena,
        .text = text,
        .length = length,
        .options = options ? options : &none,
        .policy = &policy,
        .err = err ? err : &unused,
    };
    json_t *root = mxc_parse(text, length, reader.err);
    int result = root ? read_root(&reader, root) : -1;

    json_decref(root);
    if (result == 0)
        *out = policy;
    return result;
}
