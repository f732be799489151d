/* SPDX-License-Identifier: MIT */
/* Field tables: one per JSON object. The reader, JSON Schema and docs/schema.md come from them. */
#ifndef MXC_POLICY_FIELDS_H
#define MXC_POLICY_FIELDS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

struct mxc_reader;
struct mxc_path;

/* Masks of versions that several rows share. */
enum {
    MXC_V_PUBLISHED = MXC_V0_4 | MXC_V0_5 | MXC_V0_6 | MXC_V0_7 | MXC_V0_8, /* of the 0.7 clients */
    MXC_V_LEGACY = MXC_V_PUBLISHED | MXC_V0_9,
    MXC_V_FROM_0_6 = MXC_V_ALL & ~(MXC_V0_4 | MXC_V0_5),
    MXC_V_FROM_0_8 = MXC_V0_8 | MXC_V0_9 | MXC_V1_0 | MXC_V1_1,
    MXC_V_FROM_0_9 = MXC_V0_9 | MXC_V1_0 | MXC_V1_1,
    MXC_V_FROM_1_0 = MXC_V1_0 | MXC_V1_1,
};

enum mxc_type {
    MXC_TYPE_ANY,     /* any JSON value; not looked at */
    MXC_TYPE_VERSION, /* read before everything else */
    MXC_TYPE_STRING,
    MXC_TYPE_BOOL,
    MXC_TYPE_TRUE, /* only the value true */
    MXC_TYPE_INTEGER,
    MXC_TYPE_ENUM,
    MXC_TYPE_STRINGS, /* list of strings */
    MXC_TYPE_OBJECT,
    MXC_TYPE_OBJECTS, /* list of objects */
    MXC_TYPE_REFUSED, /* a known key that is always an error: 'hint' says why */
};

enum mxc_field_flag {
    MXC_F_INERT = 1 << 0,     /* accepted and without effect; 'about' says why that is safe */
    MXC_F_EXTENSION = 1 << 1, /* ours: refused when the policy has to be portable */
    MXC_F_COMPAT = 1 << 2,    /* only because published clients send it; hidden in lists of names */
    MXC_F_COMMAND = 1 << 3,   /* may be absent or empty when the command line gives a command */
    MXC_F_EMPTY_NULL = 1 << 4, /* STRING: "" is the same as absent */
};

/* A value of an ENUM; the list ends with a row without name. */
struct mxc_choice {
    const char *name;
    int value;
    unsigned versions;
    unsigned flags;
};

/* Checks one text; it may hold NUL bytes only when the rule looks at 'length'. */
typedef int mxc_text_rule(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                          size_t length);
/* Turns one text without NUL bytes into the value at 'slot'. */
typedef int mxc_text_convert(struct mxc_reader *reader, const struct mxc_path *path,
                             const char *text, void *slot);

struct mxc_field {
    const char *name;
    enum mxc_type type;
    unsigned versions; /* where the key exists */
    unsigned required; /* where it must be present */
    unsigned flags;
    size_t offset;       /* in the struct of the surrounding object */
    size_t size;         /* of the member; 0: checked and not kept (OBJECT: 'offset' counts) */
    size_t count_offset; /* lists: the member that holds the count */
    size_t element;      /* STRINGS with 'convert': size of one element */
    int64_t min;         /* INTEGER: range; STRING: fewest bytes; lists: fewest elements */
    int64_t max;         /* INTEGER: range; lists: most elements, 0: any number */
    const char *noun; /* what a list holds or a number is, for errors ("destination", "a port") */
    const struct mxc_choice *choices;
    const struct mxc_object *object;
    mxc_text_rule *rule;
    mxc_text_convert *convert;
    /* JSON Schema: ECMA regular expression for the text or each element; NULL: no NUL in it. */
    const char *pattern;
    const char *standard; /* default, as JSON text; NULL: none */
    const char *alias_of; /* name of the row that this one is another spelling of */
    const char *hint;     /* said when the key is used in a version that lacks it */
    const char *about;
};

/* One JSON object. */
struct mxc_object {
    const char *name; /* heading in the documentation */
    const struct mxc_field *fields;
    size_t count;
    size_t size; /* of the struct of one list element; 0: not in a list, or not kept */
    /* Rules between keys; runs after all keys were read into 'slot'. */
    int (*check)(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot);
    /* The same rules as a JSON Schema "allOf" list, as far as they can be said there; or NULL. */
    json_t *(*rules)(enum mxc_version version);
    const char *about;
};

#define MXC_KEEP(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define MXC_KEEP_LIST(type, items, count)                                                          \
    .offset = offsetof(type, items), .size = sizeof(void *), .count_offset = offsetof(type, count)
#define MXC_COUNT(array) (sizeof(array) / sizeof *(array))

extern const struct mxc_object mxc_object_root;
extern const struct mxc_object mxc_object_process;
extern const struct mxc_object mxc_object_filesystem;
extern const struct mxc_object mxc_object_lifecycle;
extern const struct mxc_object mxc_object_ui;
extern const struct mxc_object mxc_object_limits;
extern const struct mxc_object mxc_object_network;
extern const struct mxc_object mxc_object_runtime_config;
extern const struct mxc_object mxc_object_fallback;
extern const struct mxc_object mxc_object_process_container;
extern const struct mxc_object mxc_object_lxc;
extern const struct mxc_object mxc_object_seatbelt;
extern const struct mxc_object mxc_object_experimental;
extern const struct mxc_object mxc_object_test;
extern const struct mxc_object mxc_object_telemetry;
extern const struct mxc_object mxc_object_wslc;
extern const struct mxc_object mxc_object_windows_sandbox;
extern const struct mxc_object mxc_object_hyperlight;

extern const struct mxc_choice mxc_containment_choices[];

/* The row of 'name' that exists in one of 'versions', or NULL. */
const struct mxc_field *mxc_field_find(const struct mxc_object *object, const char *name,
                                       unsigned versions);

#endif
