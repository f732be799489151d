/* SPDX-License-Identifier: MIT */
/* The network of a plan in words: one line for each rule, in the order of the policy, denials first
 * because they win. */
#include "net/address.h"
#include "plan/planner.h"

static void add_cidr(struct mxc_buf *out, const struct mxc_cidr *cidr)
{
    struct mxc_address address = { .family = cidr->family };
    char text[MXC_ADDRESS_TEXT];

    for (size_t i = 0; i < sizeof address.bytes; i++)
        address.bytes[i] = cidr->address[i];
    mxc_buf_add(out, mxc_address_text(&address, text));
    if (cidr->bits != (cidr->family == 4 ? 32 : 128))
        mxc_buf_format(out, "/%u", cidr->bits);
}

static void add_port(struct mxc_buf *out, const struct mxc_port *port)
{
    static const char *const names[] = {
        [MXC_PROTO_ANY] = "any",
        [MXC_PROTO_TCP] = "tcp",
        [MXC_PROTO_UDP] = "udp",
        [MXC_PROTO_ICMP] = "icmp",
    };

    mxc_buf_add(out,
                port->protocol == MXC_PROTO_ANY && port->first ? "tcp+udp" : names[port->protocol]);
    if (port->first)
        mxc_buf_format(out, port->last > port->first ? " %u-%u" : " %u", port->first, port->last);
}

static void add_peer(struct mxc_buf *out, const struct mxc_peer *peer)
{
    if (peer->host) {
        mxc_buf_add(out, peer->host);
        return;
    }
    add_cidr(out, &peer->cidr);
    for (size_t i = 0; i < peer->except_count; i++) {
        mxc_buf_add(out, i ? " and " : " except ");
        add_cidr(out, &peer->except[i]);
    }
}

static void add_rule(struct mxc_buf *out, const struct mxc_rule *rule)
{
    for (size_t i = 0; i < rule->port_count; i++) {
        mxc_buf_add(out, i ? ", " : " ");
        add_port(out, &rule->ports[i]);
    }
    if (!rule->port_count)
        mxc_buf_add(out, " any");
    mxc_buf_add(out, " to ");
    for (size_t i = 0; i < rule->to_count; i++) {
        mxc_buf_add(out, i ? ", " : "");
        add_peer(out, &rule->to[i]);
    }
    if (!rule->to_count)
        mxc_buf_add(out, "everywhere");
}

/* Frees the words. */
static int add_words(struct mxc_planner *planner, struct mxc_step step, struct mxc_buf *words,
                     struct mxc_err *err)
{
    step.from = words->failed ? NULL : mxc_arena_copy(planner->arena, words->data);
    mxc_buf_done(words);
    if (!step.from || !step.pointer)
        return mxc_planner_no_memory(err);
    return mxc_planner_add(planner, step, err);
}

static int add_rules(struct mxc_planner *planner, bool allow, struct mxc_err *err)
{
    const struct mxc_network *network = planner->plan->network;
    const struct mxc_rules *rules = allow ? &network->allow : &network->deny;

    for (size_t i = 0; i < rules->count; i++) {
        struct mxc_step step = { .kind = MXC_STEP_RULE };
        struct mxc_buf words = { 0 };

        step.pointer = planner->proxy ? planner->policy->network.proxy_pointer
                                      : mxc_planner_rule_pointer(planner, allow, i);
        mxc_buf_add(&words, allow ? "allow" : "deny");
        add_rule(&words, &rules->items[i]);
        if (add_words(planner, step, &words, err) < 0)
            return -1;
    }
    return 0;
}

static int add_publishes(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *network = planner->plan->network;

    for (size_t i = 0; i < network->publish_count; i++) {
        const struct mxc_publish *publish = &network->publish[i];
        bool v6 = publish->host_address.family == 6;
        struct mxc_step step = { .kind = MXC_STEP_PUBLISH };
        struct mxc_buf words = { 0 };

        step.pointer =
            mxc_arena_format(planner->arena, "/network/ingress/publish/%lu", (unsigned long)i);
        mxc_buf_add(&words, v6 ? "tcp [" : "tcp ");
        add_cidr(&words, &publish->host_address);
        mxc_buf_format(&words, "%s:%u", v6 ? "]" : "", publish->host_port);
        if (publish->loopback)
            mxc_buf_format(&words, " [::1]:%u", publish->host_port);
        mxc_buf_format(&words, " -> %u", publish->port);
        if (add_words(planner, step, &words, err) < 0)
            return -1;
    }
    return 0;
}

/* What holds where no rule says otherwise. */
static int add_defaults(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *network = planner->plan->network;
    bool legacy = network->form == MXC_NET_LEGACY;
    struct mxc_step step = { .kind = MXC_STEP_NETWORK, .pointer = "/network" };
    struct mxc_buf words = { 0 };

    mxc_buf_format(&words, "user default=%s", network->egress_allow ? "allow" : "deny");
    if (legacy && network->egress_allow)
        mxc_buf_format(&words, " private=%s", network->allow_local ? "allow" : "deny");
    if (planner->plan->loopback_port)
        mxc_buf_format(&words, " host-loopback=%u", planner->plan->loopback_port);
    else
        mxc_buf_format(&words, " host-loopback=%s",
                       network->host_loopback_allow || network->allow_local ? "allow" : "deny");
    return add_words(planner, step, &words, err);
}

int mxc_planner_add_network(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_step none = { .kind = MXC_STEP_NETWORK, .from = "none", .pointer = "/network" };
    struct mxc_step proxy = { .kind = MXC_STEP_PROXY, .from = planner->proxy };

    if (!planner->plan->network)
        return mxc_planner_add(planner, none, err);
    proxy.pointer = planner->policy->network.proxy_pointer;
    if (add_defaults(planner, err) < 0 || add_rules(planner, false, err) < 0 ||
        add_rules(planner, true, err) < 0 || add_publishes(planner, err) < 0)
        return -1;
    return planner->proxy ? mxc_planner_add(planner, proxy, err) : 0;
}
