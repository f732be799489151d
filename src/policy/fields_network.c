/* SPDX-License-Identifier: MIT */
/* Tables of the network: the legacy form (0.4 to 0.9) and the directional one (0.8 and later). */
#include "policy/fields.h"
#include "policy/patterns.h"
#include "policy/read.h"
#include "policy/schema_rules.h"

#define SINCE_0_8                                                                                  \
    "network.egress, network.ingress, runtimeConfig, and processContainer.network require schema " \
    "version 0.8 or later"
#define MIGRATION "schema 1.0 migration: "
#define CIDR_TEXT "^" MXC_RE_CIDR "$"

static const struct mxc_choice postures[] = {
    { "allow", true, MXC_V_ALL, 0 },
    { "deny", false, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_choice policies[] = {
    { "allow", true, MXC_V_ALL, 0 },
    { "block", false, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_choice enforcements[] = {
    { "capabilities", MXC_ENFORCE_CAPABILITIES, MXC_V_ALL, 0 },
    { "firewall", MXC_ENFORCE_FIREWALL, MXC_V_ALL, 0 },
    { "both", MXC_ENFORCE_BOTH, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_choice protocols[] = {
    { "tcp", MXC_PROTO_TCP, MXC_V_ALL, 0 },
    { "udp", MXC_PROTO_UDP, MXC_V_ALL, 0 },
    { "icmp", MXC_PROTO_ICMP, MXC_V_ALL, 0 },
    { "any", MXC_PROTO_ANY, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field peer_fields[] = {
    {
        .name = "cidr",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_peer, cidr),
        .convert = mxc_convert_cidr,
        .pattern = CIDR_TEXT,
        .about =
            "An IPv4 or IPv6 address or network, such as `10.0.0.0/8`. Host bits must be zero.",
    },
    {
        .name = "host",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_8,
        .flags = MXC_F_EXTENSION,
        MXC_KEEP(struct mxc_peer, host),
        .convert = mxc_convert_host,
        .pattern = MXC_RE_HOST,
        .about =
            "A host name, or `*.` and a name for every name below it. Opens the addresses that "
            "the sandbox's resolver answers for it, as long as the answer is valid.",
    },
    {
        .name = "except",
        .type = MXC_TYPE_STRINGS,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP_LIST(struct mxc_peer, except, except_count),
        .element = sizeof(struct mxc_cidr),
        .convert = mxc_convert_cidr,
        .pattern = CIDR_TEXT,
        .standard = "[]",
        .about = "Networks within `cidr` that the rule does not cover. Not beside `host`.",
    },
};

static const struct mxc_object peer = {
    .name = "network.egress.allow[].to[]",
    .fields = peer_fields,
    .count = MXC_COUNT(peer_fields),
    .size = sizeof(struct mxc_peer),
    .check = mxc_check_peer,
    .rules = mxc_rules_peer,
    .about = "Destinations of a rule: each is either `cidr` or `host`.",
};

static const struct mxc_field port_fields[] = {
    {
        .name = "protocol",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_port, protocol),
        .choices = protocols,
        .standard = "\"any\"",
        .about = "Transport protocol.",
    },
    {
        .name = "port",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_port, first),
        .min = 1,
        .max = UINT16_MAX,
        .about = "The port, or the first of a range. Absent: every port. Not for `icmp`.",
    },
    {
        .name = "endPort",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_port, last),
        .min = 1,
        .max = UINT16_MAX,
        .about = "The last port of a range; needs `port` and is not below it.",
    },
};

static const struct mxc_object port = {
    .name = "network.egress.allow[].ports[]",
    .fields = port_fields,
    .count = MXC_COUNT(port_fields),
    .size = sizeof(struct mxc_port),
    .check = mxc_check_port,
    .rules = mxc_rules_port,
    .about = "Protocols and ports of a rule.",
};

static const struct mxc_field rule_fields[] = {
    {
        .name = "to",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP_LIST(struct mxc_rule, to, to_count),
        .min = 1,
        .noun = "destination",
        .object = &peer,
        .about = "Any of these. Absent: everywhere.",
    },
    {
        .name = "ports",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP_LIST(struct mxc_rule, ports, port_count),
        .min = 1,
        .noun = "selector",
        .object = &port,
        .about = "Any of these. Absent: every protocol and port.",
    },
};

static const struct mxc_object rule = {
    .name = "network.egress.allow[]",
    .fields = rule_fields,
    .count = MXC_COUNT(rule_fields),
    .size = sizeof(struct mxc_rule),
    .about = "One rule; `{}` covers everything. Rules of `deny` look the same.",
};

static const struct mxc_field egress_fields[] = {
    {
        .name = "default",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_network, egress_allow),
        .choices = postures,
        .standard = "\"deny\"",
        .about = "What happens to a connection that no rule covers.",
    },
    {
        .name = "allow",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP_LIST(struct mxc_network, allow.items, allow.count),
        .object = &rule,
        .standard = "[]",
        .about = "What is allowed.",
    },
    {
        .name = "deny",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP_LIST(struct mxc_network, deny.items, deny.count),
        .object = &rule,
        .standard = "[]",
        .about = "What is denied, also where a rule of `allow` covers it.",
    },
};

static const struct mxc_object egress = {
    .name = "network.egress",
    .fields = egress_fields,
    .count = MXC_COUNT(egress_fields),
    .about = "Connections that the program opens.",
};

static const struct mxc_field publish_fields[] = {
    {
        .name = "port",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_FROM_0_8,
        .required = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_publish, port),
        .min = 1,
        .max = UINT16_MAX,
        .about = "The TCP port that the program listens on.",
    },
    {
        .name = "hostPort",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_publish, host_port),
        .min = 1,
        .max = UINT16_MAX,
        .about = "The port on the host. Absent: the same as `port`. Below the host's "
                 "`net.ipv4.ip_unprivileged_port_start` (1024 unless changed) the run is refused, "
                 "whoever starts it.",
    },
    {
        .name = "hostAddress",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_publish, host_address),
        .convert = mxc_convert_address,
        .pattern = "^(" MXC_RE_V4 "|" MXC_RE_V6 ")$",
        .about = "The address of the host to listen on. Absent: `127.0.0.1`, and `::1` where the "
                 "host has it. `0.0.0.0` and `::` are every address, "
                 "which lets other machines in.",
    },
};

static const struct mxc_object publish = {
    .name = "network.ingress.publish[]",
    .fields = publish_fields,
    .count = MXC_COUNT(publish_fields),
    .size = sizeof(struct mxc_publish),
    .check = mxc_check_publish,
    .about = "A TCP port of the program that is reached by a port of the host.",
};

static const struct mxc_field ingress_fields[] = {
    {
        .name = "default",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_network, ingress_allow),
        .choices = postures,
        .standard = "\"deny\"",
        .about = "Connections from outside to a port of the program.",
    },
    {
        .name = "hostLoopback",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_network, host_loopback_allow),
        .choices = postures,
        .standard = "\"deny\"",
        .about = "Connections between the program and the loopback interface of the host.",
    },
    {
        .name = "publish",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_FROM_0_8,
        .flags = MXC_F_EXTENSION,
        MXC_KEEP_LIST(struct mxc_network, publish, publish_count),
        .object = &publish,
        .max = 64,
        .standard = "[]",
        .about = "Ports of the program that the host listens for, whatever `default` is.",
    },
};

static const struct mxc_object ingress = {
    .name = "network.ingress",
    .fields = ingress_fields,
    .count = MXC_COUNT(ingress_fields),
    .check = mxc_check_ingress,
    .about = "Connections to the program.",
};

static const struct mxc_field proxy_fields[] = {
    {
        .name = "builtinTestServer",
        .type = MXC_TYPE_TRUE,
        .versions = MXC_V_LEGACY,
        MXC_KEEP(struct mxc_network, proxy_builtin),
        .about = "A proxy that the executor starts itself; for tests.",
    },
    {
        .name = "localhost",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_LEGACY,
        .min = 1,
        .max = UINT16_MAX,
        .noun = "a port",
        .about = "Port of a proxy on 127.0.0.1 of the host. Needs `defaultPolicy`: `\"allow\"`.",
    },
    {
        .name = "url",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_LEGACY,
        .pattern = MXC_RE_URL("(" MXC_RE_NAME "|" MXC_RE_V4 "|\\[" MXC_RE_V6 "\\])"),
        .about = "`http` or `https`, a host, and a port that is not the scheme's default. No user "
                 "name or password. Needs `defaultPolicy`: `\"allow\"`.",
    },
};

static const struct mxc_object proxy = {
    .name = "network.proxy",
    .fields = proxy_fields,
    .count = MXC_COUNT(proxy_fields),
    .check = mxc_check_proxy,
    .rules = mxc_rules_proxy,
    .about = "Exactly one of the three.",
};

#define HOSTS(member)                                                                              \
    .type = MXC_TYPE_STRINGS, .versions = MXC_V_LEGACY,                                            \
    MXC_KEEP_LIST(struct mxc_network, member.items, member.count), .rule = mxc_rule_host,          \
    .pattern = "^(" MXC_RE_CIDR "|" MXC_RE_NAME ")$", .standard = "[]"

static const struct mxc_field network_fields[] = {
    {
        .name = "defaultPolicy",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_LEGACY,
        MXC_KEEP(struct mxc_network, default_allow),
        .choices = policies,
        .standard = "\"block\"",
        .hint = MIGRATION "use network.egress.default ('allow' or 'deny')",
        .about = "Legacy. Connections that no list covers.",
    },
    {
        .name = "enforcementMode",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_LEGACY,
        MXC_KEEP(struct mxc_network, enforcement),
        .choices = enforcements,
        .standard = "\"capabilities\"",
        .hint = MIGRATION "leave it out; network.egress rules are always enforced",
        .about = "Legacy. By what the lists are enforced.",
    },
    {
        .name = "allowLocalNetwork",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_LEGACY,
        MXC_KEEP(struct mxc_network, allow_local),
        .standard = "false",
        .hint = MIGRATION "use network.ingress.default and network.ingress.hostLoopback",
        .about = "Legacy. The local network of the host, both ways.",
    },
    {
        .name = "allowedHosts",
        HOSTS(allowed_hosts),
        .hint = MIGRATION "use network.egress.allow",
        .about = "Legacy. Addresses, networks or host names that may be reached.",
    },
    {
        .name = "blockedHosts",
        HOSTS(blocked_hosts),
        .hint = MIGRATION "use network.egress.deny",
        .about = "Legacy. Addresses, networks or host names that may not be reached.",
    },
    {
        .name = "proxy",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &proxy,
        .hint = MIGRATION "use runtimeConfig.networkProxy",
        .about = "Legacy. The proxy that the program has to use; nothing else is reachable.",
    },
    {
        .name = "removeRulesOnExit",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_PUBLISHED,
        .flags = MXC_F_COMPAT | MXC_F_INERT,
        .about = "In the types of published clients, read by no executor. Rules go when the run "
                 "ends; `lifecycle.preservePolicy` decides otherwise.",
    },
    {
        .name = "egress",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_0_8,
        .object = &egress,
        .hint = SINCE_0_8,
        .about = "Directional. Connections that the program opens.",
    },
    {
        .name = "ingress",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_0_8,
        .object = &ingress,
        .hint = SINCE_0_8,
        .about = "Directional. Connections to the program.",
    },
};

const struct mxc_object mxc_object_network = {
    .name = "network",
    .fields = network_fields,
    .count = MXC_COUNT(network_fields),
    .check = mxc_check_network,
    .about = "Either the legacy keys or the directional ones (`egress`, `ingress`, and "
             "`runtimeConfig` beside `network`), never both. Absent or `{}`: nothing but the "
             "program's own loopback.",
};

static const struct mxc_field runtime_config_fields[] = {
    {
        .name = "networkProxy",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_8,
        MXC_KEEP(struct mxc_network, proxy_url),
        .rule = mxc_rule_runtime_proxy,
        .pattern = MXC_RE_URL(MXC_RE_LOOPBACK),
        .about = "URL of a proxy on the host: `http` or `https`, `localhost`, `127.0.0.1` or "
                 "`[::1]`, and a port that is not the scheme's default. Needs `egress` denied and "
                 "without rules.",
    },
};

const struct mxc_object mxc_object_runtime_config = {
    .name = "runtimeConfig",
    .fields = runtime_config_fields,
    .count = MXC_COUNT(runtime_config_fields),
    .about = "What belongs to a run rather than to a policy.",
};
