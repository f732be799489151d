/* SPDX-License-Identifier: MIT */
/* From a refusal to a change of the policy. */
#include "run/suggest.h"

#include <string.h>

#include "net/closed.h"
#include "policy/url.h"
#include "run/cover.h"
#include "run/patch_text.h"
#include "run/relax.h"

struct patch {
    const struct mxc_network *network;
    const struct mxc_net_event *event;
    struct mxc_buf ops;
    bool impossible;
};

/* What has to be added besides taking denials away. */
enum need { NEED_NOTHING, NEED_RULE, NEED_LOOPBACK, NEED_MIRACLE };

static bool is_legacy(const struct patch *patch)
{
    return patch->network->form == MXC_NET_LEGACY;
}

static void begin(struct patch *patch, const char *op)
{
    mxc_buf_format(&patch->ops, "%s{\"op\":\"%s\",\"path\":\"", patch->ops.length ? "," : "", op);
}

/* ---- additions */

static bool by_name(const struct patch *patch)
{
    const struct mxc_net_event *event = patch->event;

    return event->kind == MXC_NET_NAME_REFUSED ||
           (event->kind == MXC_NET_REFUSED && event->why == MXC_WHY_DEFAULT && *event->name);
}

/* Names come from the program: only one that the reader takes is suggested. */
static bool is_good_name(const char *name)
{
    size_t length = strlen(name);

    return mxc_host_name_valid(name, length) && name[length - 1] != '.';
}

static void add_destination(struct patch *patch)
{
    if (by_name(patch))
        mxc_buf_json(&patch->ops, patch->event->name);
    else
        mxc_patch_address(&patch->ops, &patch->event->to, false);
}

/* The allow rule that lets the name of a guarded answer be asked, when it says for which ports. */
static const struct mxc_rule *rule_of_name(const struct patch *patch)
{
    const struct mxc_rules *allow = &patch->network->allow;

    for (size_t i = 0; i < allow->count && patch->event->kind == MXC_NET_NAME_GUARDED; i++)
        for (size_t k = 0; k < allow->items[i].to_count && allow->items[i].port_count; k++)
            if (allow->items[i].to[k].host && mxc_cover_peer(&allow->items[i].to[k], patch->event))
                return &allow->items[i];
    return NULL;
}

static void add_ports(struct patch *patch)
{
    const struct mxc_net_event *event = patch->event;
    const struct mxc_port flow = { event->protocol, event->port, event->port };
    /* What a name is wanted for is not known when it is looked up; mostly it is this. */
    static const struct mxc_port guess = { MXC_PROTO_TCP, 443, 443 };
    const struct mxc_rule single = {
        .ports = (struct mxc_port[]){ event->kind == MXC_NET_REFUSED ? flow : guess },
        .port_count = 1
    };
    const struct mxc_rule *named = rule_of_name(patch), *rule = named ? named : &single;

    for (size_t i = 0; i < rule->port_count; i++) {
        mxc_buf_add(&patch->ops, i ? "," : "");
        mxc_patch_port(&patch->ops, &rule->ports[i]);
    }
}

static void add_rule(struct patch *patch)
{
    mxc_buf_format(&patch->ops, "{\"to\":[{\"%s\":", by_name(patch) ? "host" : "cidr");
    add_destination(patch);
    mxc_buf_add(&patch->ops, "}],\"ports\":[");
    add_ports(patch);
    mxc_buf_add(&patch->ops, "]}");
}

/* Adds an element to a list that may not be there yet. */
static void add_element(struct patch *patch)
{
    const struct mxc_network *network = patch->network;

    begin(patch, "add");
    if (is_legacy(patch)) {
        bool some = network->allowed_hosts.count != 0;

        mxc_buf_format(&patch->ops, "/network/allowedHosts%s",
                       some ? "/-\",\"value\":" : "\",\"value\":[");
        add_destination(patch);
        mxc_buf_add(&patch->ops, some ? "}" : "]}");
        return;
    }
    mxc_buf_add(&patch->ops, network->allow.count ? "/network/egress/allow/-\",\"value\":"
                             : network->egress_present
                                 ? "/network/egress/allow\",\"value\":["
                                 : "/network/egress\",\"value\":{\"allow\":[");
    add_rule(patch);
    mxc_buf_add(&patch->ops, network->allow.count ? "}" : network->egress_present ? "]}" : "]}}");
}

static void open_loopback(struct patch *patch)
{
    begin(patch, "add");
    mxc_buf_add(&patch->ops, is_legacy(patch) ? "/network/allowLocalNetwork\",\"value\":true}"
                             : patch->network->ingress_present
                                 ? "/network/ingress/hostLoopback\",\"value\":\"allow\"}"
                                 : "/network/ingress\",\"value\":{\"hostLoopback\":\"allow\"}}");
}

static enum need need_of_address(const struct patch *patch)
{
    const struct mxc_net_event *event = patch->event;
    struct mxc_closed closed;
    uint8_t wide[16], behind[16];

    if (!event->to.family)
        return NEED_MIRACLE;
    mxc_address_wide(&event->to, wide);
    if (mxc_closed_is_gateway(wide))
        return NEED_LOOPBACK;
    closed = mxc_cover_closed(patch->network, wide);
    if ((closed.why != MXC_WHY_NONE && !closed.opens) ||
        (mxc_closed_behind(wide, behind) &&
         mxc_cover_closed(patch->network, behind).why != MXC_WHY_NONE))
        return NEED_MIRACLE;
    return NEED_RULE;
}

static enum need need_of(const struct patch *patch)
{
    const struct mxc_net_event *event = patch->event;

    if (event->why == MXC_WHY_RULE && mxc_cover_allowed(patch->network, event))
        return NEED_NOTHING;
    if (by_name(patch))
        return is_good_name(event->name) ? NEED_RULE : NEED_MIRACLE;
    return need_of_address(patch);
}

static bool can_help(const struct mxc_network *network, const struct mxc_net_event *event)
{
    bool about = event->kind == MXC_NET_REFUSED || event->kind == MXC_NET_NAME_REFUSED ||
                 event->kind == MXC_NET_NAME_GUARDED;
    bool alone =
        network->proxy_url || network->proxy_builtin; /* what it lets through is its affair */

    return about && !alone && event->why != MXC_WHY_LIMIT && event->why != MXC_WHY_RESERVED &&
           event->why != MXC_WHY_HOST && event->why != MXC_WHY_NONE;
}

bool mxc_suggest_patch(const struct mxc_network *network, const struct mxc_net_event *event,
                       struct mxc_buf *out)
{
    struct patch patch = { .network = network, .event = event };
    enum need need;

    if (!can_help(network, event))
        return false;
    need = need_of(&patch);
    if (event->why == MXC_WHY_RULE)
        patch.impossible = !mxc_relax(network, event, &patch.ops);
    if (need == NEED_RULE)
        add_element(&patch);
    else if (need == NEED_LOOPBACK)
        open_loopback(&patch);
    patch.impossible |= need == NEED_MIRACLE || patch.ops.failed;
    if (!patch.impossible)
        mxc_buf_format(out, "[%s]", patch.ops.data);
    mxc_buf_done(&patch.ops);
    return !patch.impossible;
}
