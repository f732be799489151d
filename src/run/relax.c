/* SPDX-License-Identifier: MIT */
/* From a refusal by a rule to a narrower rule. */
#include "run/relax.h"

#include <stdio.h>
#include <string.h>

#include "net/closed.h"
#include "run/cover.h"
#include "run/patch_text.h"

#define DENY "/network/egress/deny"

/* What of the event a destination is about. */
enum { HIT_TO = 1 << 0, HIT_BEHIND = 1 << 1, HIT_NAME = 1 << 2 };

struct relax {
    const struct mxc_network *network;
    const struct mxc_net_event *event;
    struct mxc_net_event behind; /* the event, of the address behind its own (net/closed.h) */
    bool two;                    /* there is one */
    struct mxc_buf *ops;
    struct mxc_buf more; /* rules for what the narrowed ones said of other ports */
};

static void begin(struct mxc_buf *ops, const char *op)
{
    mxc_buf_format(ops, "%s{\"op\":\"%s\",\"path\":\"" DENY, ops->length ? "," : "", op);
}

static bool is_name(const struct relax *relax)
{
    return relax->event->kind == MXC_NET_NAME_REFUSED;
}

static bool is_legacy(const struct relax *relax)
{
    return relax->network->form == MXC_NET_LEGACY;
}

static void find_behind(struct relax *relax)
{
    uint8_t wide[16], behind[16];

    mxc_address_wide(&relax->event->to, wide);
    if (!mxc_closed_behind(wide, behind))
        return;
    relax->two = true;
    relax->behind = *relax->event;
    relax->behind.to = mxc_address_v6(behind); /* mapped ones become IPv4 */
}

/* ---- which destinations */

static unsigned hits_peer(const struct relax *relax, const struct mxc_peer *peer)
{
    const struct mxc_net_event *event = relax->event;
    bool named;

    if (peer->host) {
        named = is_name(relax) ? mxc_cover_peer(peer, event) : !strcmp(peer->host, event->denied);
        return named ? HIT_NAME : 0;
    }
    return (mxc_cover_peer(peer, event) ? HIT_TO : 0U) |
           (relax->two && mxc_cover_peer(peer, &relax->behind) ? HIT_BEHIND : 0U);
}

static unsigned hits_rule(const struct relax *relax, const struct mxc_rule *rule)
{
    unsigned hits = 0;

    if (!rule->to_count && !is_name(relax))
        return HIT_TO | (relax->two ? HIT_BEHIND : 0U);
    for (size_t i = 0; i < rule->to_count; i++)
        hits |= hits_peer(relax, &rule->to[i]);
    return hits;
}

/* Can an address be taken out of this destination, or is it all of it? */
static bool narrows(const struct mxc_peer *peer)
{
    return !peer->host && peer->cidr.bits < (peer->cidr.family == 4 ? 32 : 128);
}

/* Is nothing left of the rule's destinations without the event's? */
static bool is_all(const struct relax *relax, const struct mxc_rule *rule)
{
    for (size_t i = 0; i < rule->to_count; i++)
        if (narrows(&rule->to[i]) || !hits_peer(relax, &rule->to[i]))
            return false;
    return rule->to_count != 0;
}

/* ---- other ports */

static void add_port(struct mxc_buf *out, enum mxc_protocol protocol, unsigned first, unsigned last)
{
    const struct mxc_port port = { protocol, (uint16_t)first, (uint16_t)last };

    mxc_buf_add(out, out->length ? "," : "");
    mxc_patch_port(out, &port);
}

/* The ports of one protocol without one of them. */
static void split(struct mxc_buf *out, const struct mxc_port *port,
                  const struct mxc_net_event *event)
{
    unsigned first = port->first ? port->first : 1, last = port->first ? port->last : UINT16_MAX;

    if (event->port > first)
        add_port(out, event->protocol, first, event->port - 1U);
    if (event->port < last)
        add_port(out, event->protocol, event->port + 1U, last);
}

static void add_rest(struct mxc_buf *out, const struct mxc_port *port,
                     const struct mxc_net_event *event)
{
    if (!mxc_cover_port(port, event)) {
        add_port(out, port->protocol, port->first, port->last);
        return;
    }
    for (unsigned i = MXC_PROTO_TCP; i <= (port->first ? MXC_PROTO_UDP : MXC_PROTO_ICMP); i++) {
        if (port->protocol != MXC_PROTO_ANY && port->protocol != i)
            continue;
        if (i != event->protocol)
            add_port(out, (enum mxc_protocol)i, port->first, port->last);
        else if (i != MXC_PROTO_ICMP)
            split(out, port, event);
    }
}

/* A name is denied whatever the ports of its rule. */
static void add_ports(const struct relax *relax, const struct mxc_rule *rule, struct mxc_buf *out)
{
    static const struct mxc_port every = { MXC_PROTO_ANY, 0, 0 };

    if (is_name(relax))
        return;
    if (!rule->port_count)
        add_rest(out, &every, relax->event);
    for (size_t i = 0; i < rule->port_count; i++)
        add_rest(out, &rule->ports[i], relax->event);
}

/* ---- operations */

static void remove_item(struct relax *relax, const char *list, size_t index)
{
    mxc_buf_format(relax->ops, "%s{\"op\":\"remove\",\"path\":\"%s/%zu\"}",
                   relax->ops->length ? "," : "", list, index);
}

/* "::/0" is all of IPv4 too. */
static void narrow_everywhere(struct relax *relax, size_t rule)
{
    begin(relax->ops, "add");
    mxc_buf_format(relax->ops, "/%zu/to\",\"value\":[{\"cidr\":\"::/0\",\"except\":[", rule);
    mxc_patch_address(relax->ops, &relax->event->to, true);
    if (relax->two) {
        mxc_buf_add(relax->ops, ",");
        mxc_patch_address(relax->ops, &relax->behind.to, true);
    }
    mxc_buf_add(relax->ops, "]}]}");
}

/* The list may not be there yet. */
static void add_exceptions(struct relax *relax, const char *list, const struct mxc_peer *peer)
{
    const struct mxc_address *const addresses[] = { &relax->event->to, &relax->behind.to };
    unsigned hits = hits_peer(relax, peer);
    bool some = peer->except_count != 0;

    for (unsigned i = 0; i < 2; i++) {
        if (!(hits & (i ? HIT_BEHIND : HIT_TO)))
            continue;
        begin(relax->ops, "add");
        mxc_buf_format(relax->ops, "%s%s\",\"value\":%s", list, some ? "/-" : "", some ? "" : "[");
        mxc_patch_address(relax->ops, addresses[i], peer->cidr.family == 6);
        mxc_buf_add(relax->ops, some ? "}" : "]}");
        some = true;
    }
}

static void narrow_peer(struct relax *relax, size_t rule, size_t index)
{
    const struct mxc_peer *peer = &relax->network->deny.items[rule].to[index];
    char list[96];

    if (!hits_peer(relax, peer))
        return;
    if (narrows(peer)) {
        (void)snprintf(list, sizeof list, "/%zu/to/%zu/except", rule, index);
        add_exceptions(relax, list, peer);
    } else {
        (void)snprintf(list, sizeof list, DENY "/%zu/to", rule);
        remove_item(relax, list, index);
    }
}

static void narrow(struct relax *relax, size_t rule)
{
    size_t count = relax->network->deny.items[rule].to_count;

    if (!count)
        narrow_everywhere(relax, rule);
    for (size_t i = count; i-- > 0;)
        narrow_peer(relax, rule, i);
}

/* What the rule said of other ports, for just what was taken out of it. */
static void add_remainder(struct relax *relax, unsigned hits, const struct mxc_buf *ports)
{
    const struct mxc_address *const addresses[] = { &relax->event->to, &relax->behind.to };
    const char *separator = "";

    begin(&relax->more, "add");
    mxc_buf_add(&relax->more, "/-\",\"value\":{\"to\":[");
    for (unsigned i = 0; i < 2; i++)
        if (hits & (i ? HIT_BEHIND : HIT_TO)) {
            mxc_buf_format(&relax->more, "%s{\"cidr\":", separator);
            mxc_patch_address(&relax->more, addresses[i], false);
            mxc_buf_add(&relax->more, "}");
            separator = ",";
        }
    if (hits & HIT_NAME) {
        mxc_buf_format(&relax->more, "%s{\"host\":", separator);
        mxc_buf_json(&relax->more, relax->event->denied);
        mxc_buf_add(&relax->more, "}");
    }
    mxc_buf_format(&relax->more, "],\"ports\":[%s]}}", ports->data);
}

static void relax_rule(struct relax *relax, size_t index)
{
    const struct mxc_rule *rule = &relax->network->deny.items[index];
    unsigned hits = mxc_cover_ports(rule, relax->event) ? hits_rule(relax, rule) : 0;
    auto_buf ports = { 0 };

    if (!hits)
        return;
    if (is_legacy(relax)) {
        remove_item(relax, "/network/blockedHosts", index);
        return;
    }
    add_ports(relax, rule, &ports);
    if (!is_all(relax, rule)) {
        narrow(relax, index);
        if (ports.length)
            add_remainder(relax, hits, &ports);
    } else if (ports.length) {
        begin(relax->ops, "add");
        mxc_buf_format(relax->ops, "/%zu/ports\",\"value\":[%s]}", index, ports.data);
    } else {
        remove_item(relax, DENY, index);
    }
    relax->more.failed |= ports.failed;
}

static bool is_about(const struct mxc_net_event *event)
{
    return event->kind == MXC_NET_NAME_REFUSED ||
           (event->kind == MXC_NET_REFUSED && event->to.family && event->protocol != MXC_PROTO_ANY);
}

/* From the last to the first, so that the places of the others stay what they are. */
bool mxc_relax(const struct mxc_network *network, const struct mxc_net_event *event,
               struct mxc_buf *ops)
{
    struct relax relax = { .network = network, .event = event, .ops = ops };
    size_t before = ops->length;

    if (!is_about(event))
        return false;
    find_behind(&relax);
    for (size_t i = network->deny.count; i-- > 0;)
        relax_rule(&relax, i);
    if (relax.more.length)
        mxc_buf_format(ops, "%s%s", ops->length ? "," : "", relax.more.data);
    ops->failed |= relax.more.failed;
    mxc_buf_done(&relax.more);
    return ops->length > before;
}
