/* SPDX-License-Identifier: MIT */
/* The model. Nothing here is shared with what it checks but the form of an address and the CIDR reader. */
#include "net_model.h"

#include <stdlib.h>
#include <string.h>

#include "policy/cidr.h"

/* ---- networks */

static const struct mxc_cidr mapped = { .family = 6,
                                        .bits = 96,
                                        .address = { [10] = 0xff, [11] = 0xff } };

/* A mapped network as the IPv4 network that it is. */
static struct mxc_cidr plain(const struct mxc_cidr *cidr)
{
    struct mxc_cidr out = *cidr;

    if (!mxc_cidr_within(cidr, &mapped))
        return out;
    memset(&out, 0, sizeof out);
    out.family = 4;
    out.bits = (uint8_t)(cidr->bits - 96);
    memcpy(out.address, cidr->address + 12, 4);
    return out;
}

static struct mxc_cidr single(const struct mxc_address *address)
{
    struct mxc_cidr cidr = { .family = address->family, .bits = address->family == 4 ? 32 : 128 };

    memcpy(cidr.address, address->bytes, address->family == 4 ? 4 : 16);
    return cidr;
}

static bool covers(const struct mxc_cidr *network, const struct mxc_address *address)
{
    struct mxc_cidr whole = plain(network), one = single(address);

    if (whole.family == one.family)
        return mxc_cidr_within(&one, &whole);
    return one.family == 4 && mxc_cidr_within(&mapped, &whole);
}

static bool is_in(const struct mxc_address *address, const char *text)
{
    struct mxc_cidr cidr;

    if (mxc_cidr_parse(text, &cidr) != MXC_CIDR_OK)
        abort();
    return covers(&cidr, address);
}

/* ---- closed ranges: the first that fits */

static const struct closed {
    const char *network;
    enum mxc_why why;
    bool opens;
} closed[] = {
    { "169.254.169.254", MXC_WHY_METADATA, true },
    { "169.254.169.252", MXC_WHY_METADATA, true },
    { "169.254.42.42", MXC_WHY_METADATA, true },
    { "169.254.0.23", MXC_WHY_METADATA, true },
    { "169.254.170.2", MXC_WHY_METADATA, true },
    { "169.254.170.23", MXC_WHY_METADATA, true },
    { "100.100.100.200", MXC_WHY_METADATA, true },
    { "168.63.129.16", MXC_WHY_METADATA, true },
    { "192.0.0.192", MXC_WHY_METADATA, true },
    { "fd00:ec2::254", MXC_WHY_METADATA, true },
    { "fd00:ec2::23", MXC_WHY_METADATA, true },
    { "fd20:ce::254", MXC_WHY_METADATA, true },
    { "fd00:c1::a9fe:a9fe", MXC_WHY_METADATA, true },
    { "fd00:42::42", MXC_WHY_METADATA, true },
    { "fd00:a9fe:a9fe::1", MXC_WHY_METADATA, true },
    { "fe80::a9fe:a9fe", MXC_WHY_METADATA, false },
    { "127.0.0.0/8", MXC_WHY_LOOPBACK, false },
    { "::1", MXC_WHY_LOOPBACK, false },
    { "10.0.2.0/24", MXC_WHY_RESERVED, false },
    { "fd00::/64", MXC_WHY_RESERVED, false },
    { "0.0.0.0/8", MXC_WHY_RESERVED, false },
    { "192.0.0.0/24", MXC_WHY_RESERVED, false },
    { "224.0.0.0/3", MXC_WHY_RESERVED, false },
    { "2001::/32", MXC_WHY_RESERVED, false },
    { "169.254.0.0/16", MXC_WHY_LINK_LOCAL, true },
    { "fe80::/10", MXC_WHY_LINK_LOCAL, false },
    { "10.0.0.0/8", MXC_WHY_PRIVATE, true },
    { "172.16.0.0/12", MXC_WHY_PRIVATE, true },
    { "192.168.0.0/16", MXC_WHY_PRIVATE, true },
    { "100.64.0.0/10", MXC_WHY_PRIVATE, true },
    { "fc00::/7", MXC_WHY_PRIVATE, true },
    { "198.18.0.0/15", MXC_WHY_PRIVATE, true },
    { "192.88.99.0/24", MXC_WHY_PRIVATE, true },
    { "2001:2::/48", MXC_WHY_PRIVATE, true },
    { "0.0.0.0/0", MXC_WHY_NONE, true },
    { "2000::/3", MXC_WHY_NONE, true },
    { "64:ff9b::/96", MXC_WHY_NONE, true },
    { "::/0", MXC_WHY_RESERVED, false },
};

#define CLOSED_COUNT (sizeof closed / sizeof *closed)

const char *model_closed(size_t index)
{
    return index < CLOSED_COUNT ? closed[index].network : NULL;
}

static const struct closed *closed_range(const struct mxc_address *address)
{
    static struct mxc_cidr networks[CLOSED_COUNT];
    size_t i;

    for (i = 0; !networks[CLOSED_COUNT - 1].family && i < CLOSED_COUNT; i++)
        if (mxc_cidr_parse(closed[i].network, &networks[i]) != MXC_CIDR_OK)
            abort();
    for (i = 0; !covers(&networks[i], address);)
        i++;
    return &closed[i];
}

static bool is_own(const struct model *model, const struct mxc_address *address)
{
    const struct mxc_cidr one = single(address);

    for (size_t i = 0; i < model->own_count; i++) {
        const struct mxc_cidr whole = plain(&model->own[i]);

        if (whole.family == one.family && mxc_cidr_within(&one, &whole))
            return true;
    }
    return false;
}

/* Why it is closed just now; 'within' is what a rule must lie within, family 0 when nothing opens it. */
static enum mxc_why closed_why(const struct model *model, const struct mxc_address *address,
                               struct mxc_cidr *within)
{
    const struct closed *range = closed_range(address);

    memset(within, 0, sizeof *within);
    if (!range->opens)
        return range->why;
    if (is_own(model, address)) {
        *within = single(address);
        return MXC_WHY_OWN_ADDRESS;
    }
    if (range->why == MXC_WHY_PRIVATE &&
        (model->network->form != MXC_NET_LEGACY || model->network->allow_local))
        return MXC_WHY_NONE;
    mxc_cidr_parse(range->network, within);
    return range->why;
}

/* ---- rules */

static bool port_fits(const struct mxc_rule *rule, const struct mxc_flow *flow)
{
    for (size_t i = 0; i < rule->port_count; i++) {
        const struct mxc_port *port = &rule->ports[i];

        if (port->protocol != MXC_PROTO_ANY && port->protocol != flow->protocol)
            continue;
        if (!port->first || (flow->protocol != MXC_PROTO_ICMP && flow->port >= port->first &&
                             flow->port <= port->last))
            return true;
    }
    return !rule->port_count;
}

static bool peer_fits(const struct mxc_peer *peer, const struct mxc_address *address)
{
    if (peer->host || !covers(&peer->cidr, address))
        return false;
    for (size_t i = 0; i < peer->except_count; i++)
        if (covers(&peer->except[i], address))
            return false;
    return true;
}

/* 'within': only networks that lie within it count; NULL: all. */
static bool address_fits(const struct mxc_rule *rule, const struct mxc_address *address,
                         const struct mxc_cidr *within)
{
    if (!rule->to_count)
        return !within;
    for (size_t i = 0; i < rule->to_count; i++) {
        struct mxc_cidr network = plain(&rule->to[i].cidr);

        if (peer_fits(&rule->to[i], address) && (!within || mxc_cidr_within(&network, within)))
            return true;
    }
    return false;
}

/* 'flow' NULL: any port. */
static bool rule_allows(const struct model *model, const struct mxc_address *address,
                        const struct mxc_flow *flow, const struct mxc_cidr *within)
{
    for (size_t i = 0; i < model->network->allow.count; i++) {
        const struct mxc_rule *rule = &model->network->allow.items[i];

        if ((!flow || port_fits(rule, flow)) && address_fits(rule, address, within))
            return true;
    }
    return false;
}

static bool by_default(const struct model *model)
{
    return model->network->form == MXC_NET_LEGACY ? model->network->default_allow
                                                  : model->network->egress_allow;
}

/* ---- names */

static bool name_fits(const char *pattern, const char *name)
{
    size_t length = strlen(name), tail = strlen(pattern) - 1;

    if (pattern[0] != '*')
        return strcmp(pattern, name) == 0;
    return length > tail && strcmp(name + length - tail, pattern + 1) == 0;
}

static bool is_mentioned(const struct mxc_rule *rule, const char *name)
{
    for (size_t i = 0; i < rule->to_count; i++)
        if (rule->to[i].host && name_fits(rule->to[i].host, name))
            return true;
    return false;
}

static bool covers_all(const struct mxc_rule *rule)
{
    struct mxc_address zero = { .family = 4 }, ones = { 4, { 255, 255, 255, 255 } };

    for (size_t i = 0; i < rule->to_count; i++) {
        const struct mxc_cidr *cidr = &rule->to[i].cidr;

        if (!rule->to[i].host && covers(cidr, &zero) && covers(cidr, &ones))
            return true;
    }
    return !rule->to_count;
}

static bool seen_before(const struct mxc_rules *rules, size_t index, size_t peer)
{
    const char *text = rules->items[index].to[peer].host;

    for (size_t i = 0; i <= index; i++)
        for (size_t k = 0; k < (i == index ? peer : rules->items[i].to_count); k++)
            if (rules->items[i].to[k].host && strcmp(rules->items[i].to[k].host, text) == 0)
                return true;
    return false;
}

void model_names(const struct model *model, const char *name, struct mxc_name_ruling *out)
{
    const struct mxc_rules *deny = &model->network->deny, *allow = &model->network->allow;
    bool all = by_default(model);

    *out = (struct mxc_name_ruling){ .rule = MXC_NO_RULE };
    for (size_t i = 0; i < deny->count; i++)
        if (!out->denied && is_mentioned(&deny->items[i], name)) {
            out->denied = true;
            out->rule = (uint32_t)i;
        }
    for (size_t i = 0; i < allow->count; i++) {
        all = all || covers_all(&allow->items[i]);
        for (size_t k = 0; k < allow->items[i].to_count; k++)
            if (allow->items[i].to[k].host && name_fits(allow->items[i].to[k].host, name) &&
                !seen_before(allow, i, k))
                out->count++;
    }
    out->resolves = !out->denied && (all || out->count);
}

static bool is_pinned(const struct model *model, const struct mxc_flow *flow)
{
    for (size_t i = 0; i < model->pin_count; i++) {
        const struct model_pin *pin = &model->pins[i];

        if (pin->until_ms <= model->now_ms || !mxc_address_same(&pin->address, &flow->to))
            continue;
        for (size_t k = 0; k < model->network->allow.count; k++)
            if (is_mentioned(&model->network->allow.items[k], pin->name) &&
                port_fits(&model->network->allow.items[k], flow))
                return true;
    }
    return false;
}

/* ---- questions */

static bool is_gateway(const struct mxc_address *address)
{
    return is_in(address, "10.0.2.2") || is_in(address, "fd00::2");
}

static bool inner(const struct mxc_address *address, struct mxc_address *out)
{
    if (is_gateway(address))
        return mxc_address_parse(address->family == 4 ? "127.0.0.1" : "::1", out);
    if (is_in(address, "64:ff9b::/96"))
        *out = mxc_address_v4(address->bytes + 12);
    else if (is_in(address, "2002::/16"))
        *out = mxc_address_v4(address->bytes + 2);
    else
        return false;
    return true;
}

static struct mxc_ruling say(enum mxc_why why, uint32_t rule)
{
    return (struct mxc_ruling){ .allow = why == MXC_WHY_NONE, .why = why, .rule = rule };
}

struct mxc_ruling model_ask(const struct model *model, const struct mxc_flow *flow)
{
    const struct mxc_network *network = model->network;
    struct mxc_address behind;
    struct mxc_cidr within;
    bool has_inner = inner(&flow->to, &behind), open;
    enum mxc_why why;

    for (size_t i = 0; i < network->deny.count; i++) {
        const struct mxc_rule *rule = &network->deny.items[i];

        if (port_fits(rule, flow) && (address_fits(rule, &flow->to, NULL) ||
                                      (has_inner && address_fits(rule, &behind, NULL))))
            return say(MXC_WHY_RULE, (uint32_t)i);
    }
    if (is_gateway(&flow->to)) {
        open =
            network->form == MXC_NET_LEGACY ? network->allow_local : network->host_loopback_allow;
        open = open || (model->loopback_port && flow->protocol == MXC_PROTO_TCP &&
                        flow->port == model->loopback_port);
        return say(open ? MXC_WHY_NONE : MXC_WHY_LOOPBACK, MXC_NO_RULE);
    }
    why = has_inner ? closed_why(model, &behind, &within) : MXC_WHY_NONE;
    if (why != MXC_WHY_NONE)
        return say(why, MXC_NO_RULE);
    why = closed_why(model, &flow->to, &within);
    if (why != MXC_WHY_NONE) {
        open = within.family && rule_allows(model, &flow->to, flow, &within);
        return say(open ? MXC_WHY_NONE : why, MXC_NO_RULE);
    }
    if (by_default(model) || rule_allows(model, &flow->to, flow, NULL))
        return say(MXC_WHY_NONE, MXC_NO_RULE);
    open = model_guard(model, &flow->to) == MXC_WHY_NONE && is_pinned(model, flow);
    return (struct mxc_ruling){ .allow = open,
                                .pinned = open,
                                .why = open ? MXC_WHY_NONE : MXC_WHY_DEFAULT,
                                .rule = MXC_NO_RULE };
}

enum mxc_why model_guard(const struct model *model, const struct mxc_address *address)
{
    struct mxc_address behind;
    struct mxc_cidr within;
    bool has_inner = !is_gateway(address) && inner(address, &behind);
    enum mxc_why why = has_inner ? closed_why(model, &behind, &within) : MXC_WHY_NONE;

    if (why != MXC_WHY_NONE)
        return why;
    why = closed_why(model, address, &within);
    if (why != MXC_WHY_NONE)
        return within.family && rule_allows(model, address, NULL, &within) ? MXC_WHY_NONE : why;
    if (closed_range(address)->why != MXC_WHY_PRIVATE &&
        (!has_inner || closed_range(&behind)->why != MXC_WHY_PRIVATE))
        return MXC_WHY_NONE;
    return by_default(model) || rule_allows(model, address, NULL, NULL) ? MXC_WHY_NONE
                                                                        : MXC_WHY_PRIVATE;
}
