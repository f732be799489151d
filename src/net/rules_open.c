/* SPDX-License-Identifier: MIT */
/* Checks compiled rules so that asking them needs no checks. */
#include <string.h>

#include "net/blob.h"
#include "net/ranges.h"
#include "net/rules.h"

static bool is_header(const struct mxc_rules_header *header, size_t size)
{
    uint64_t sum = sizeof *header;

    if (header->magic != MXC_RULES_MAGIC || header->version != MXC_RULES_VERSION ||
        header->size != size || header->flags & ~(uint32_t)MXC_RULES_FLAGS ||
        header->loopback_port > UINT16_MAX || header->text_size % 4)
        return false;
    sum += ((uint64_t)header->deny_count + header->allow_count) * sizeof(struct mxc_rules_node);
    sum += (uint64_t)header->set_count * sizeof(uint32_t);
    sum += (uint64_t)header->range_count * sizeof(struct mxc_rules_range);
    sum += ((uint64_t)header->deny_name_count + header->allow_name_count) *
           sizeof(struct mxc_rules_name);
    return sum + header->text_size == size;
}

/* The counts of the header fit. */
static void point(const struct mxc_rules_header *header, struct mxc_ruleset *out)
{
    const struct mxc_rules_node *nodes = (const void *)(header + 1);
    const struct mxc_rules_name *names;

    out->header = header;
    out->deny = (struct mxc_rules_table){ nodes, header->deny_count };
    out->allow = (struct mxc_rules_table){ nodes + header->deny_count, header->allow_count };
    out->set_ends = (const void *)(out->allow.nodes + header->allow_count);
    out->ranges = (const void *)(out->set_ends + header->set_count);
    names = (const void *)(out->ranges + header->range_count);
    out->deny_names = (struct mxc_rules_names){ names, header->deny_name_count };
    names += header->deny_name_count;
    out->allow_names = (struct mxc_rules_names){ names, header->allow_name_count };
    out->text = (const char *)(names + header->allow_name_count);
}

static bool are_sets(const struct mxc_ruleset *rules)
{
    uint32_t first = 0;

    for (uint32_t set = 0; set < rules->header->set_count; set++) {
        uint32_t end = rules->set_ends[set];

        if (end < first || end > rules->header->range_count)
            return false;
        for (uint32_t i = first; i < end; i++) {
            const struct mxc_rules_range *range = &rules->ranges[i];

            if (range->first > range->last || range->last > MXC_KEY_LAST ||
                (i > first && range->first <= rules->ranges[i - 1].last))
                return false;
        }
        first = end;
    }
    return true;
}

/* A parent stands before its child and is shorter: the way up ends after at most 128 steps. */
static bool is_node(const struct mxc_ruleset *rules, const struct mxc_rules_node *nodes,
                    uint32_t index)
{
    const struct mxc_rules_node *node = &nodes[index], *parent;
    int order;

    if (node->bits > 128 || node->set >= rules->header->set_count || node->parent > index)
        return false;
    parent = node->parent ? &nodes[node->parent - 1] : NULL;
    if (parent && (parent->bits >= node->bits ||
                   !mxc_address_shares(node->address, parent->address, parent->bits)))
        return false;
    if (!index)
        return true;
    order = memcmp(nodes[index - 1].address, node->address, sizeof node->address);
    return order < 0 || (order == 0 && nodes[index - 1].bits < node->bits);
}

static bool are_nodes(const struct mxc_ruleset *rules, const struct mxc_rules_table *table)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (!is_node(rules, table->nodes, i))
            return false;
    return true;
}

static bool are_names(const struct mxc_ruleset *rules, const struct mxc_rules_names *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        const struct mxc_rules_name *name = &names->items[i];

        if (name->text >= rules->header->text_size || name->set >= rules->header->set_count)
            return false;
        /* At most 255 bytes are compared: texts that share their tails cost no more than that. */
        if (!memchr(rules->text + name->text, '\0',
                    rules->header->text_size - name->text < 256
                        ? rules->header->text_size - name->text
                        : 256))
            return false;
        if (i && strcmp(rules->text + names->items[i - 1].text, rules->text + name->text) >= 0)
            return false;
    }
    return true;
}

int mxc_rules_open(const void *data, size_t size, struct mxc_ruleset *out, struct mxc_err *err)
{
    struct mxc_ruleset rules;

    if (!data || (uintptr_t)data % sizeof(uint32_t) || size < sizeof(struct mxc_rules_header) ||
        !is_header(data, size))
        return mxc_fail(err, MXC_BACKEND, 0, "rules", "these are no compiled rules");
    point(data, &rules);
    if (!are_sets(&rules) || !are_nodes(&rules, &rules.deny) || !are_nodes(&rules, &rules.allow) ||
        !are_names(&rules, &rules.deny_names) || !are_names(&rules, &rules.allow_names))
        return mxc_fail(err, MXC_BACKEND, 0, "rules", "these compiled rules are damaged");
    *out = rules;
    return 0;
}
