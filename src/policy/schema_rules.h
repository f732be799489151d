/* SPDX-License-Identifier: MIT */
/* Rules between keys, said in JSON Schema. Each returns a new "allOf" list, NULL when out of
 * memory; the list may be empty. Private to src/policy. */
#ifndef MXC_POLICY_SCHEMA_RULES_H
#define MXC_POLICY_SCHEMA_RULES_H

#include <jansson.h>

#include "policy/policy.h"

json_t *mxc_rules_root(enum mxc_version version);
json_t *mxc_rules_port(enum mxc_version version);
json_t *mxc_rules_peer(enum mxc_version version);
json_t *mxc_rules_proxy(enum mxc_version version);

#endif
