/* SPDX-License-Identifier: MIT */
/* What the reader and the rules of single keys share. Private to src/policy. */
#ifndef MXC_POLICY_READ_H
#define MXC_POLICY_READ_H

#include <jansson.h>

#include "policy/fields.h"
#include "policy/locate.h"
#include "policy/policy.h"

/* One reading. */
struct mxc_reader {
    struct mxc_arena *arena;
    const char *text;
    size_t length;
    const struct mxc_read_options *options; /* never NULL */
    enum mxc_version version;
    struct mxc_policy *policy; /* being filled */
    size_t extensions_room;
    struct mxc_err *err;
};

/* Error about the value (or, for the second, the name) at 'path'; returns -1. Line and column are
 * those of what exists: a missing key is reported at the object that lacks it. */
int mxc_read_fail(struct mxc_reader *reader, const struct mxc_path *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int mxc_read_fail_key(struct mxc_reader *reader, const struct mxc_path *path, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
int mxc_read_no_memory(struct mxc_reader *reader);

/* "network.egress.allow[0].to", in the arena; "?" when out of memory. */
const char *mxc_read_dotted(struct mxc_reader *reader, const struct mxc_path *path);

/* The member, or NULL when it is absent or null. */
json_t *mxc_read_member(const json_t *object, const char *key);

/* "an object", "the number 2.5 …": what a value is, for errors. */
const char *mxc_read_kind(const json_t *json);

/* Rules of keys, named by the field tables. */
mxc_text_rule mxc_rule_path;
mxc_text_rule mxc_rule_environment;
mxc_text_rule mxc_rule_host;
mxc_text_rule mxc_rule_capability;
mxc_text_rule mxc_rule_absolute;
mxc_text_rule mxc_rule_runtime_proxy;
mxc_text_convert mxc_convert_cidr;
mxc_text_convert mxc_convert_host;
mxc_text_convert mxc_convert_address;

int mxc_check_root(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                   void *slot);
int mxc_check_process(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot);
int mxc_check_ui(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot);
int mxc_check_network(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot);
int mxc_check_proxy(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                    void *slot);
int mxc_check_peer(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                   void *slot);
int mxc_check_port(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                   void *slot);
int mxc_check_publish(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot);
int mxc_check_ingress(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot);
int mxc_check_wslc(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                   void *slot);

/* Gives a legacy network section the rules that its lists mean. */
int mxc_read_legacy_rules(struct mxc_reader *reader, struct mxc_network *network);

/* Rules between sections: parts of mxc_check_root(). */
int mxc_check_sections(struct mxc_reader *reader, json_t *root);
int mxc_check_network_forms(struct mxc_reader *reader, json_t *root);
int mxc_check_proxy_containment(struct mxc_reader *reader, json_t *root);

#endif
