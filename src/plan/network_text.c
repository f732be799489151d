/* SPDX-License-Identifier: MIT */
/* Rules of the network as lines of a plan: "allow tcp 443 8000-8010 to 10.0.0.0/8 except 10.1.0.0/16". */
#include <stdio.h>

#include "plan/network.h"

static const char *const protocols[] = { [MXC_PROTO_ANY] = "any",
                                         [MXC_PROTO_TCP] = "tcp",
                                         [MXC_PROTO_UDP] = "udp",
                                         [MXC_PROTO_ICMP] = "icmp" };

/* IPv6 in eight groups, without shortening: the text stays what it is, whatever a library thinks is best. */
static void add_address(struct mxc_buf *out, const struct mxc_cidr *cidr)
{
    const uint8_t *bytes = cidr->address;

    if (cidr->family == 4) {
        mxc_buf_format(out, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
        return;
    }
    for (int i = 0; i < 16; i += 2)
        mxc_buf_format(out, "%s%x", i ? ":" : "", bytes[i] << 8 | bytes[i + 1]);
}

static void add_cidr(struct mxc_buf *out, const struct mxc_cidr *cidr)
{
    add_address(out, cidr);
    if (cidr->bits != (cidr->family == 4 ? 32 : 128))
        mxc_buf_format(out, "/%u", cidr->bits);
}

static void add_port(struct mxc_buf *out, const struct mxc_port *port)
{
    mxc_buf_format(out, " %s", protocols[port->protocol]);
    if (port->first)
        mxc_buf_format(out, " %u", port->first);
    if (port->last > port->first)
        mxc_buf_format(out, "-%u", port->last);
}

static void add_peer(struct mxc_buf *out, const struct mxc_peer *peer)
{
    mxc_buf_add(out, " ");
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

static const char *keep(struct mxc_arena *arena, const struct mxc_buf *text)
{
    return text->failed ? NULL : mxc_arena_copy(arena, text->data);
}

const char *mxc_network_rule_text(struct mxc_arena *arena, const struct mxc_rule *rule,
                                  const char *verdict)
{
    auto_buf text = { 0 };

    mxc_buf_add(&text, verdict);
    if (!rule->port_count)
        mxc_buf_add(&text, " any");
    for (size_t i = 0; i < rule->port_count; i++) {
        mxc_buf_add(&text, i ? "," : "");
        add_port(&text, &rule->ports[i]);
    }
    mxc_buf_add(&text, " to");
    if (!rule->to_count)
        mxc_buf_add(&text, " everywhere");
    for (size_t i = 0; i < rule->to_count; i++) {
        mxc_buf_add(&text, i ? "," : "");
        add_peer(&text, &rule->to[i]);
    }
    return keep(arena, &text);
}

const char *mxc_network_publish_text(struct mxc_arena *arena, const struct mxc_publish *publish)
{
    auto_buf text = { 0 };

    mxc_buf_add(&text, publish->host_address.family == 6 ? "[" : "");
    add_address(&text, &publish->host_address);
    mxc_buf_format(&text, "%s:%u to %u", publish->host_address.family == 6 ? "]" : "",
                   publish->host_port, publish->port);
    return keep(arena, &text);
}
