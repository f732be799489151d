/* SPDX-License-Identifier: MIT */
/* A slow model of the network rules, written from their description: it walks the policy for each question. */
#ifndef MXC_TESTS_NET_MODEL_H
#define MXC_TESTS_NET_MODEL_H

#include "net/rules.h"

struct model_pin {
    struct mxc_address address;
    const char *name; /* that was asked for */
    uint64_t until_ms;
};

struct model {
    const struct mxc_network *network;
    uint16_t loopback_port;
    const struct mxc_cidr *own;
    size_t own_count;
    const struct model_pin *pins;
    size_t pin_count;
    uint64_t now_ms;
};

struct mxc_ruling model_ask(const struct model *model, const struct mxc_flow *flow);
enum mxc_why model_guard(const struct model *model, const struct mxc_address *address);

/* Like mxc_rules_names(); 'pins' is left alone, 'count' is the number of different texts. */
void model_names(const struct model *model, const char *name, struct mxc_name_ruling *out);

/* The closed ranges, and ordinary ones around them, as text; NULL behind the last one. */
const char *model_closed(size_t index);

#endif
