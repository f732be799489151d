/* SPDX-License-Identifier: MIT */
/* From the policy's rules to the bytes of net/blob.h. */
#include <stdlib.h>
#include <string.h>

#include "net/blob.h"
#include "net/nets.h"
#include "net/ranges.h"
#include "net/rules.h"
#include "net/rules_check.h"
#include "net/sets.h"

/* A name of a rule, before those with the same text are joined. */
struct mention {
    const char *text;
    uint32_t rule;
};

/* One list of rules, allow or deny. */
struct side {
    const struct mxc_rules *rules;
    bool lowest; /* which value of overlapping ranges wins */
    struct mxc_nets nets;
    struct mention *mentions;
    size_t mention_count, mention_room;
    struct mxc_rules_node *nodes;
    struct mxc_rules_name *names;
    uint32_t node_count, name_count;
};

struct compiler {
    struct mxc_arena scratch;
    struct side deny, allow;
    struct mxc_sets sets;
    struct mxc_ranges ranges, space; /* of one set, used again and again */
    char *text;
    size_t text_size;
    struct mxc_rules_header header;
};

static int add_mentions(struct compiler *compiler, struct side *side, uint32_t index)
{
    const struct mxc_rule *rule = &side->rules->items[index];

    for (size_t i = 0; i < rule->to_count; i++) {
        void *grown;

        if (!rule->to[i].host)
            continue;
        grown = mxc_arena_grow(&compiler->scratch, side->mentions, side->mention_count,
                               &side->mention_room, sizeof *side->mentions);
        if (!grown)
            return -1;
        side->mentions = grown;
        side->mentions[side->mention_count++] = (struct mention){ rule->to[i].host, index };
        compiler->text_size += strlen(rule->to[i].host) + 1;
    }
    return 0;
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *left = a, *right = b;
    int order = strcmp(left->text, right->text);

    return order ? order : left->rule < right->rule ? -1 : left->rule > right->rule;
}

static int collect(struct compiler *compiler, struct side *side)
{
    for (uint32_t i = 0; i < side->rules->count; i++)
        if (mxc_nets_add_rule(&side->nets, &compiler->scratch, &side->rules->items[i], i) < 0 ||
            add_mentions(compiler, side, i) < 0)
            return -1;
    mxc_nets_sort(&side->nets);
    if (side->mention_count)
        qsort(side->mentions, side->mention_count, sizeof *side->mentions, compare_mentions);
    side->nodes = mxc_arena_alloc(&compiler->scratch, (side->nets.count + 1) * sizeof *side->nodes);
    side->names =
        mxc_arena_alloc(&compiler->scratch, (side->mention_count + 1) * sizeof *side->names);
    return side->nodes && side->names ? 0 : -1;
}

/* What was gathered in compiler->ranges becomes a set. */
static int finish_set(struct compiler *compiler, bool lowest, uint32_t *set)
{
    if (mxc_ranges_merge(&compiler->ranges, &compiler->space, &compiler->scratch, lowest) < 0)
        return -1;
    return mxc_sets_add(&compiler->sets, &compiler->scratch, &compiler->ranges, set);
}

/* Networks that are the same become one node. */
static int add_node(struct compiler *compiler, struct side *side, size_t first, size_t end)
{
    const struct mxc_net *net = &side->nets.items[first];
    struct mxc_rules_node *node = &side->nodes[side->node_count];

    compiler->ranges.count = 0;
    for (size_t i = first; i < end; i++) {
        const struct mxc_net *one = &side->nets.items[i];

        if (mxc_ranges_add(&compiler->ranges, &compiler->scratch, &side->rules->items[one->rule],
                           side->lowest ? one->rule : one->named) < 0)
            return -1;
    }
    memcpy(node->address, net->address, sizeof node->address);
    node->bits = net->bits;
    side->node_count++;
    return finish_set(compiler, side->lowest, &node->set);
}

static int add_nodes(struct compiler *compiler, struct side *side)
{
    const struct mxc_net *nets = side->nets.items;

    for (size_t first = 0, end; first < side->nets.count; first = end) {
        for (end = first + 1; end < side->nets.count && nets[end].bits == nets[first].bits &&
                              memcmp(nets[end].address, nets[first].address, 16) == 0;)
            end++;
        if (add_node(compiler, side, first, end) < 0)
            return -1;
    }
    return 0;
}

/* Sorted as they are, the one before, or one above it, is the next that contains. */
static void join_nodes(struct side *side)
{
    for (uint32_t i = 0; i < side->node_count; i++) {
        struct mxc_rules_node *node = &side->nodes[i];
        uint32_t above = i;

        while (above && !mxc_address_shares(node->address, side->nodes[above - 1].address,
                                            side->nodes[above - 1].bits))
            above = side->nodes[above - 1].parent;
        node->parent = above;
    }
}

static int add_name(struct compiler *compiler, struct side *side, size_t first, size_t end)
{
    struct mxc_rules_name *name = &side->names[side->name_count++];
    const char *text = side->mentions[first].text;
    size_t length = strlen(text) + 1;

    compiler->ranges.count = 0;
    for (size_t i = first; i < end; i++)
        if (mxc_ranges_add(&compiler->ranges, &compiler->scratch,
                           &side->rules->items[side->mentions[i].rule], 0) < 0)
            return -1;
    memcpy(compiler->text + compiler->header.text_size, text, length);
    name->text = compiler->header.text_size;
    name->rule = side->mentions[first].rule;
    compiler->header.text_size += (uint32_t)length;
    return finish_set(compiler, true, &name->set);
}

static int add_names(struct compiler *compiler, struct side *side)
{
    const struct mention *mentions = side->mentions;

    for (size_t first = 0, end; first < side->mention_count; first = end) {
        for (end = first + 1;
             end < side->mention_count && strcmp(mentions[end].text, mentions[first].text) == 0;)
            end++;
        if (add_name(compiler, side, first, end) < 0)
            return -1;
    }
    return 0;
}

static int build(struct compiler *compiler)
{
    struct side *sides[] = { &compiler->deny, &compiler->allow };
    size_t sets = 0;

    compiler->deny.lowest = true;
    for (size_t i = 0; i < 2; i++) {
        if (collect(compiler, sides[i]) < 0)
            return -1;
        sets += sides[i]->nets.count + sides[i]->mention_count;
    }
    compiler->text = mxc_arena_alloc(&compiler->scratch, compiler->text_size + 4);
    if (!compiler->text || mxc_sets_init(&compiler->sets, &compiler->scratch, sets) < 0)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        if (add_nodes(compiler, sides[i]) < 0 || add_names(compiler, sides[i]) < 0)
            return -1;
        join_nodes(sides[i]);
    }
    compiler->header.text_size = (compiler->header.text_size + 3) & ~3U;
    return 0;
}

static bool covers_family(const struct side *allow)
{
    for (size_t i = 0; i < allow->rules->count; i++)
        if (mxc_nets_cover_family(&allow->rules->items[i]))
            return true;
    return false;
}

static void fill_header(struct compiler *compiler, const struct mxc_network *network,
                        const struct mxc_rules_options *options)
{
    bool legacy = network->form == MXC_NET_LEGACY;
    bool open = legacy ? network->default_allow : network->egress_allow;
    bool loopback = legacy ? network->allow_local : network->host_loopback_allow;
    struct mxc_rules_header *header = &compiler->header;

    header->magic = MXC_RULES_MAGIC;
    header->version = MXC_RULES_VERSION;
    header->flags = (open ? MXC_RULES_DEFAULT_ALLOW : 0U) | (loopback ? MXC_RULES_LOOPBACK : 0U) |
                    (legacy && !network->allow_local ? MXC_RULES_PRIVATE_CLOSED : 0U) |
                    (open || covers_family(&compiler->allow) ? MXC_RULES_RESOLVES_ALL : 0U);
    header->loopback_port = options ? options->loopback_port : 0;
    header->deny_count = compiler->deny.node_count;
    header->allow_count = compiler->allow.node_count;
    header->set_count = compiler->sets.count;
    header->range_count = (uint32_t)compiler->sets.ranges.count;
    header->deny_name_count = compiler->deny.name_count;
    header->allow_name_count = compiler->allow.name_count;
}

static int write_blob(struct compiler *compiler, struct mxc_arena *arena, struct mxc_blob *out)
{
    struct mxc_rules_header *header = &compiler->header;
    const struct {
        const void *data;
        size_t size;
    } parts[] = {
        { header, sizeof *header },
        { compiler->deny.nodes, header->deny_count * sizeof *compiler->deny.nodes },
        { compiler->allow.nodes, header->allow_count * sizeof *compiler->allow.nodes },
        { compiler->sets.ends, header->set_count * sizeof *compiler->sets.ends },
        { compiler->sets.ranges.items, header->range_count * sizeof(struct mxc_rules_range) },
        { compiler->deny.names, header->deny_name_count * sizeof(struct mxc_rules_name) },
        { compiler->allow.names, header->allow_name_count * sizeof(struct mxc_rules_name) },
        { compiler->text, header->text_size },
    };
    size_t size = 0;
    char *data;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        size += parts[i].size;
    header->size = (uint32_t)size;
    data = size <= UINT32_MAX ? mxc_arena_alloc(arena, size) : NULL;
    if (!data)
        return -1;
    *out = (struct mxc_blob){ data, size };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; data += parts[i].size, i++)
        if (parts[i].size)
            memcpy(data, parts[i].data, parts[i].size);
    return 0;
}

int mxc_rules_compile(struct mxc_arena *arena, const struct mxc_network *network,
                      const struct mxc_rules_options *options, struct mxc_blob *out,
                      struct mxc_err *err)
{
    struct compiler compiler = { .deny.rules = &network->deny, .allow.rules = &network->allow };
    size_t most;
    int failed;

    if (mxc_rules_check(network, err) < 0)
        return -1;
    failed = build(&compiler);
    if (!failed) {
        fill_header(&compiler, network, options);
        failed = write_blob(&compiler, arena, out);
    }
    most = compiler.deny.nets.count > compiler.allow.nets.count ? compiler.deny.nets.count
                                                                : compiler.allow.nets.count;
    mxc_arena_done(&compiler.scratch);
    if (failed && (most >= MXC_NETS_MAX || compiler.sets.full))
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/network",
                        "the rules come to more networks than this program takes (%u)",
                        MXC_NETS_MAX);
    if (failed)
        return mxc_fail(err, MXC_BACKEND, 0, "/network", "out of memory for the rules");
    return 0;
}
