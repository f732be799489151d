/* SPDX-License-Identifier: MIT */
/* The field tables themselves: what every row must have, whatever it is about. */
#include "policy_test.h"

#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "policy/fields.h"
#include "policy/schema.h"

struct visited {
    const struct mxc_object *objects[64];
    size_t count;
};

static void collect(const struct mxc_object *object, struct visited *visited)
{
    for (size_t i = 0; i < visited->count; i++)
        if (visited->objects[i] == object)
            return;
    assert_true(visited->count < COUNT(visited->objects));
    visited->objects[visited->count++] = object;
    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].object)
            collect(object->fields[i].object, visited);
}

static struct visited all_objects(void)
{
    struct visited visited = { 0 };

    collect(&mxc_object_root, &visited);
    return visited;
}

static void check_row(const struct mxc_field *field)
{
    bool is_list = field->type == MXC_TYPE_STRINGS || field->type == MXC_TYPE_OBJECTS;
    bool is_object = field->type == MXC_TYPE_OBJECT || field->type == MXC_TYPE_OBJECTS;

    assert_true(field->versions && !(field->versions & ~(unsigned)MXC_V_ALL));
    assert_int_equal(field->required & ~field->versions, 0);
    assert_true(field->about && field->about[strlen(field->about) - 1] == '.');
    assert_int_equal(field->object != NULL, is_object);
    assert_int_equal(field->choices != NULL, field->type == MXC_TYPE_ENUM);
    if (field->type == MXC_TYPE_INTEGER)
        assert_true(field->max > field->min && field->min >= 0);
    if (field->type == MXC_TYPE_INTEGER && field->size && field->size < 8)
        assert_true((uint64_t)field->max >> (8 * field->size) == 0);
    if (is_list && field->min)
        assert_non_null(field->noun);
    if (is_list && field->size)
        assert_true(field->count_offset > field->offset);
    if (field->type == MXC_TYPE_REFUSED)
        assert_non_null(field->hint);
    if (field->convert && field->type == MXC_TYPE_STRINGS)
        assert_true(field->element > 0);
}

static void test_rows(void **state)
{
    struct visited visited = all_objects();

    (void)state;
    for (size_t i = 0; i < visited.count; i++) {
        const struct mxc_object *object = visited.objects[i];

        assert_non_null(object->about);
        for (size_t k = 0; k < object->count; k++) {
            print_message("%s.%s\n", object->name, object->fields[k].name);
            check_row(&object->fields[k]);
        }
    }
}

/* A name has at most one row in a version. */
static void test_names_are_unique(void **state)
{
    struct visited visited = all_objects();

    (void)state;
    for (size_t i = 0; i < visited.count; i++)
        for (size_t a = 0; a < visited.objects[i]->count; a++)
            for (size_t b = 0; b < a; b++) {
                const struct mxc_field *rows = visited.objects[i]->fields;

                if (strcmp(rows[a].name, rows[b].name) == 0)
                    assert_int_equal(rows[a].versions & rows[b].versions, 0);
            }
}

static int is_allowed(const struct mxc_field *field, const json_t *value)
{
    if (field->type != MXC_TYPE_ENUM)
        return 1;
    for (const struct mxc_choice *choice = field->choices; choice->name; choice++)
        if (strcmp(choice->name, json_string_value(value)) == 0)
            return (choice->versions & field->versions) == field->versions;
    return 0;
}

/* A default is JSON of the right type, and an allowed value in every version of the row. */
static void test_defaults(void **state)
{
    static const json_type types[] = {
        [MXC_TYPE_STRING] = JSON_STRING, [MXC_TYPE_INTEGER] = JSON_INTEGER,
        [MXC_TYPE_ENUM] = JSON_STRING,   [MXC_TYPE_STRINGS] = JSON_ARRAY,
        [MXC_TYPE_OBJECTS] = JSON_ARRAY,
    };
    struct visited visited = all_objects();

    (void)state;
    for (size_t i = 0; i < visited.count; i++)
        for (size_t k = 0; k < visited.objects[i]->count; k++) {
            const struct mxc_field *field = &visited.objects[i]->fields[k];
            json_t *value;

            if (!field->standard)
                continue;
            value = json_loads(field->standard, JSON_DECODE_ANY, NULL);
            assert_non_null(value);
            if (field->type == MXC_TYPE_BOOL)
                assert_true(json_is_boolean(value));
            else
                assert_int_equal(json_typeof(value), types[field->type]);
            assert_true(is_allowed(field, value));
            json_decref(value);
        }
}

/* Every key of the tables is in the reference, and in the schema of exactly its versions. */
static void test_reference(void **state)
{
    struct visited visited = all_objects();
    auto_buf reference = { 0 };
    char row[100];

    (void)state;
    mxc_schema_markdown(&reference);
    assert_false(reference.failed);
    for (size_t i = 0; i < visited.count; i++) {
        const struct mxc_object *object = visited.objects[i];
        const char *section;

        (void)snprintf(row, sizeof row, object->name[0] ? "\n## `%s`\n" : "\n## Top level%s\n",
                       object->name);
        section = strstr(reference.data, row);
        assert_non_null(section);
        for (size_t k = 0; k < object->count; k++) {
            (void)snprintf(row, sizeof row, "\n| `%s` | ", object->fields[k].name);
            assert_non_null(strstr(section, row));
        }
    }
}

static void test_schema_keys(void **state)
{
    (void)state;
    for (unsigned version = 1; version & MXC_V_ALL; version <<= 1) {
        auto_buf text = { 0 };
        json_t *schema, *properties;

        mxc_schema_json(version, &text);
        assert_false(text.failed);
        assert_int_equal(text.data[text.length - 1], '\n');
        schema = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(schema);
        assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
        properties = json_object_get(schema, "properties");
        for (size_t i = 0; i < mxc_object_root.count; i++) {
            const struct mxc_field *field = &mxc_object_root.fields[i];

            assert_int_equal(json_object_get(properties, field->name) != NULL,
                             (field->versions & version) != 0);
        }
        json_decref(schema);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_reference),
        cmocka_unit_test(test_schema_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
