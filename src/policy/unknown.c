/* SPDX-License-Identifier: MIT */
/* Errors for names and values outside the tables. */
#include "policy/unknown.h"

#include <stdlib.h>
#include <string.h>

#include "policy/suggest.h"
#include "policy/text.h"
#include "policy/version.h"

/* Versions in which a name exists, over all its rows. */
static unsigned versions_of(const struct mxc_object *object, const char *name)
{
    unsigned versions = 0;

    for (size_t i = 0; i < object->count; i++)
        if (strcmp(object->fields[i].name, name) == 0)
            versions |= object->fields[i].versions;
    return versions;
}

static const char *nearest_key(const struct mxc_reader *reader, const struct mxc_object *object,
                               const char *name)
{
    struct mxc_suggest suggest = { 0 };

    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].versions & reader->version &&
            !(object->fields[i].flags & MXC_F_COMPAT) && object->fields[i].type != MXC_TYPE_REFUSED)
            mxc_suggest_offer(&suggest, name, object->fields[i].name);
    return suggest.best;
}

static void add_known(const struct mxc_reader *reader, const struct mxc_object *object,
                      struct mxc_buf *out)
{
    const char *between = "; known here: ";

    for (size_t i = 0; i < object->count; i++) {
        const struct mxc_field *field = &object->fields[i];

        if (!(field->versions & reader->version) || field->flags & MXC_F_COMPAT ||
            field->type == MXC_TYPE_REFUSED)
            continue;
        mxc_buf_format(out, "%s%s", between, field->name);
        between = ", ";
    }
}

/* What can be said about a name that this version lacks: where it exists, or what was meant. */
static void add_advice(const struct mxc_reader *reader, const struct mxc_object *object,
                       const char *name, struct mxc_buf *out)
{
    unsigned versions = versions_of(object, name);
    const char *nearest = nearest_key(reader, object, name);
    const struct mxc_field *field = mxc_field_find(object, name, MXC_V_ALL);
    struct mxc_versions_text text;

    if (field)
        mxc_buf_format(out, "; '%s' exists in %s, not in %s%s%s", name,
                       mxc_versions_text(&text, versions), mxc_version_name(reader->version),
                       field->hint ? "; " : "", field->hint ? field->hint : "");
    else if (nearest)
        mxc_buf_format(out, "; did you mean '%s'?", nearest);
    else if (object->name[0])
        add_known(reader, object, out);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All unknown names of an object in document order; NULL when out of memory. */
static const char **collect(struct mxc_reader *reader, const struct mxc_object *object,
                            json_t *json, size_t *count)
{
    const char **names =
        mxc_arena_alloc(reader->arena, (json_object_size(json) + 1) * sizeof *names);
    const char *key;
    json_t *member;

    *count = 0;
    if (!names)
        return NULL;
    json_object_foreach(json, key, member)
    {
        if (!mxc_field_find(object, key, reader->version))
            names[(*count)++] = key;
    }
    return names;
}

static int fail_top_level(struct mxc_reader *reader, const char **names, size_t count)
{
    const struct mxc_path at = { NULL, names[0], 0 };
    struct mxc_shown shown;
    auto_buf advice = { 0 };
    auto_buf list = { 0 };

    add_advice(reader, &mxc_object_root, names[0], &advice);
    qsort(names, count, sizeof *names, compare);
    for (size_t i = 0; i < count; i++)
        mxc_buf_format(&list, "%s%s", i ? ", " : "", mxc_shown(&shown, names[i], strlen(names[i])));
    return mxc_read_fail_key(reader, &at,
                             "Unknown top-level field(s) in config: %.200s. Remove them or check "
                             "for typos (field names are case-sensitive, e.g. 'filesystem' not "
                             "'fileSystem')%s",
                             list.data ? list.data : "", advice.data ? advice.data : ".");
}

int mxc_unknown_keys(struct mxc_reader *reader, const struct mxc_object *object,
                     const struct mxc_path *path, json_t *json)
{
    size_t count;
    const char **names = collect(reader, object, json, &count);
    struct mxc_path at = { path, NULL, 0 };
    struct mxc_shown shown;
    auto_buf advice = { 0 };

    if (!names)
        return mxc_read_no_memory(reader);
    if (!count)
        return 0;
    if (!path)
        return fail_top_level(reader, names, count);
    at.key = names[0];
    add_advice(reader, object, names[0], &advice);
    return mxc_read_fail_key(reader, &at, "unknown key '%s'%s",
                             mxc_shown(&shown, names[0], strlen(names[0])),
                             advice.data ? advice.data : "");
}

static bool is_listed(const struct mxc_reader *reader, const struct mxc_choice *choice)
{
    return choice->versions & reader->version && !(choice->flags & MXC_F_COMPAT) &&
           !(choice->flags & MXC_F_EXTENSION && reader->options->portable);
}

/* 'a' or 'b'; 'a', 'b', or 'c'. */
static void add_choices(const struct mxc_reader *reader, const struct mxc_choice *choices,
                        struct mxc_buf *out)
{
    size_t total = 0, at = 0;

    for (const struct mxc_choice *choice = choices; choice->name; choice++)
        total += is_listed(reader, choice);
    for (const struct mxc_choice *choice = choices; choice->name; choice++) {
        if (!is_listed(reader, choice))
            continue;
        at++;
        mxc_buf_format(out, "%s%s'%s'", at > 1 ? total > 2 ? ", " : " " : "",
                       at > 1 && at == total ? "or " : "", choice->name);
    }
}

static void add_choice_advice(const struct mxc_reader *reader, const struct mxc_choice *choices,
                              const char *text, struct mxc_buf *out)
{
    struct mxc_suggest suggest = { 0 };
    struct mxc_versions_text versions;

    for (const struct mxc_choice *choice = choices; choice->name; choice++) {
        if (is_listed(reader, choice))
            mxc_suggest_offer(&suggest, text, choice->name);
        if (strcmp(choice->name, text) == 0)
            mxc_buf_format(out, "; '%s' exists in %s, not in %s", text,
                           mxc_versions_text(&versions, choice->versions),
                           mxc_version_name(reader->version));
    }
    if (!out->length && suggest.best)
        mxc_buf_format(out, "; did you mean '%s'?", suggest.best);
}

int mxc_unknown_choice(struct mxc_reader *reader, const struct mxc_path *path,
                       const struct mxc_field *field, const char *text, size_t length)
{
    struct mxc_shown shown;
    auto_buf list = { 0 };
    auto_buf advice = { 0 };

    add_choices(reader, field->choices, &list);
    if (strlen(text) == length)
        add_choice_advice(reader, field->choices, text, &advice);
    return mxc_read_fail(reader, path, "Invalid %s value '%s' (must be %s)%s",
                         mxc_read_dotted(reader, path), mxc_shown(&shown, text, length),
                         list.data ? list.data : "", advice.data ? advice.data : "");
}
