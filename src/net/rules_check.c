/* SPDX-License-Identifier: MIT */
/* Rules may come from elsewhere than the reader (a proxy's, for one): their shape is looked at once
 * more. */
#include "net/rules_check.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "net/address.h"

#define NAME_MAX_LENGTH 255 /* with "*." before it */

static bool is_network(const struct mxc_cidr *cidr)
{
    unsigned width = cidr->family == 4 ? 32 : 128;

    if ((cidr->family != 4 && cidr->family != 6) || cidr->bits > width)
        return false;
    for (unsigned bit = cidr->bits; bit < width; bit++)
        if (cidr->address[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}

static bool is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    const char *name = text[0] == '*' && text[1] == '.' ? text + 2 : text;
    size_t length = strlen(name);

    return length && length <= NAME_MAX_LENGTH - 2 && strspn(name, letters) == length &&
           name[0] != '.' && name[length - 1] != '.' && !strstr(name, "..");
}

static bool is_peer(const struct mxc_peer *peer)
{
    if (peer->host)
        return is_name(peer->host);
    for (size_t i = 0; i < peer->except_count; i++)
        if (!is_network(&peer->except[i]))
            return false;
    return is_network(&peer->cidr);
}

static bool is_port(const struct mxc_port *port)
{
    return port->protocol <= MXC_PROTO_ICMP &&
           (!port->first || (port->protocol != MXC_PROTO_ICMP && port->last >= port->first));
}

static int check_rule(const struct mxc_rule *rule, const char *list, size_t index,
                      struct mxc_err *err)
{
    char where[96];

    for (size_t i = 0; i < rule->to_count; i++) {
        snprintf(where, sizeof where, "/network/egress/%s/%zu/to/%zu", list, index, i);
        if (!is_peer(&rule->to[i]))
            return mxc_fail(err, MXC_BAD_POLICY, 0, where, "neither a network nor a host name");
    }
    for (size_t i = 0; i < rule->port_count; i++) {
        snprintf(where, sizeof where, "/network/egress/%s/%zu/ports/%zu", list, index, i);
        if (!is_port(&rule->ports[i]))
            return mxc_fail(err, MXC_BAD_POLICY, 0, where, "not a protocol with ports");
    }
    return 0;
}

int mxc_rules_check(const struct mxc_network *network, struct mxc_err *err)
{
    for (size_t i = 0; i < network->deny.count; i++)
        if (check_rule(&network->deny.items[i], "deny", i, err) < 0)
            return -1;
    for (size_t i = 0; i < network->allow.count; i++)
        if (check_rule(&network->allow.items[i], "allow", i, err) < 0)
            return -1;
    return 0;
}
