/* SPDX-License-Identifier: MIT */
/* Rules of the network section: addresses, ports, proxies, and that its two forms are not mixed. */
#include <string.h>

#include "policy/cidr.h"
#include "policy/read.h"
#include "policy/text.h"
#include "policy/url.h"

static int bad_cidr(struct mxc_reader *reader, const struct mxc_path *path,
                    enum mxc_cidr_fault fault, const struct mxc_cidr *cidr)
{
    const char *key = mxc_read_dotted(reader, path);

    if (fault == MXC_CIDR_TOO_LONG)
        return mxc_read_fail(reader, path,
                             "%s must be a valid network CIDR: invalid length for network: Network "
                             "length %d is too long for Ipv%d (maximum: %d)",
                             key, cidr->bits, cidr->family, cidr->family == 4 ? 32 : 128);
    if (fault == MXC_CIDR_HOST_BITS)
        return mxc_read_fail(reader, path,
                             "%s must be a valid network CIDR: host part of address was not zero",
                             key);
    return mxc_read_fail(reader, path, "%s must be a valid network CIDR: %s", key,
                         fault == MXC_CIDR_NO_PREFIX
                             ? "couldn't parse length in network: expected a number after the slash"
                             : "couldn't parse address in network: invalid IP address syntax");
}

int mxc_convert_cidr(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                     void *slot)
{
    struct mxc_cidr cidr;
    enum mxc_cidr_fault fault = mxc_cidr_parse(text, &cidr);

    if (fault != MXC_CIDR_OK)
        return bad_cidr(reader, path, fault, &cidr);
    memcpy(slot, &cidr, sizeof cidr);
    return 0;
}

int mxc_check_peer(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot)
{
    const struct mxc_path list = { path, "except", 0 }, whole = { path, "cidr", 0 };
    const struct mxc_path host = { path, "host", 0 };
    const struct mxc_peer *peer = slot;
    bool cidr = mxc_read_member(json, "cidr") != NULL;

    if (!cidr && !peer->host)
        return mxc_read_fail(reader, &whole, "Missing required field: %s",
                             mxc_read_dotted(reader, &whole));
    if (cidr && peer->host)
        return mxc_read_fail_key(reader, &host,
                                 "%s cannot stand beside cidr: a destination is a network or a "
                                 "name; write two",
                                 mxc_read_dotted(reader, &host));
    if (peer->host && mxc_read_member(json, "except"))
        return mxc_read_fail_key(reader, &list, "%s needs cidr; it lists networks within it",
                                 mxc_read_dotted(reader, &list));
    for (size_t i = 0; i < peer->except_count; i++) {
        const struct mxc_path at = { &list, NULL, i };

        if (!mxc_cidr_within(&peer->except[i], &peer->cidr))
            return mxc_read_fail(reader, &at, "%s must be contained within %s",
                                 mxc_read_dotted(reader, &at), mxc_read_dotted(reader, &whole));
    }
    return 0;
}

int mxc_check_port(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot)
{
    const struct mxc_path last = { path, "endPort", 0 };
    struct mxc_port *port = slot;

    (void)json;
    if (port->protocol == MXC_PROTO_ICMP && (port->first || port->last))
        return mxc_read_fail(reader, path, "%s cannot specify port or endPort for protocol='icmp'",
                             mxc_read_dotted(reader, path));
    if (port->last && !port->first)
        return mxc_read_fail(reader, &last, "%s requires port", mxc_read_dotted(reader, &last));
    if (port->last && port->last < port->first)
        return mxc_read_fail(reader, &last, "%s must be greater than or equal to port",
                             mxc_read_dotted(reader, &last));
    if (!port->last)
        port->last = port->first;
    return 0;
}

/* The two places of a proxy URL are named differently in the errors that clients know. */
struct proxy_names {
    const char *key;  /* the key itself */
    const char *rule; /* what a rule is said to be about */
};

static int bad_url(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                   enum mxc_url_fault fault, const struct mxc_url *url,
                   const struct proxy_names *names)
{
    char masked[512];
    struct mxc_shown shown;

    mxc_url_mask(text, masked, sizeof masked);
    mxc_shown(&shown, masked, strlen(masked));
    switch (fault) {
    case MXC_URL_RELATIVE:
        return mxc_read_fail(reader, path, "%s is invalid: relative URL without a base",
                             names->key);
    case MXC_URL_SCHEME:
        return mxc_read_fail(reader, path,
                             "%s must use the 'http' or 'https' scheme (got '%s'): %s", names->rule,
                             url->scheme, shown.text);
    case MXC_URL_CREDENTIALS:
        return mxc_read_fail(reader, path,
                             "%s must not carry credentials ('%s'); the program would read them",
                             names->key, shown.text);
    case MXC_URL_NO_PORT:
        return mxc_read_fail(reader, path,
                             "%s must include a port (e.g., http://localhost:8080), got: %s; the "
                             "scheme's own port counts as none",
                             names->key, shown.text);
    case MXC_URL_BAD_PORT:
        return mxc_read_fail(reader, path, "%s has a port outside 1 to 65535", names->key);
    case MXC_URL_HOST:
        return mxc_read_fail(reader, path, "%s has a host that is no name and no address",
                             names->key);
    default:
        return mxc_read_fail(reader, path,
                             "%s holds a space, quote, backslash or other character that a URL "
                             "writes as %%XX",
                             names->key);
    }
}

int mxc_rule_runtime_proxy(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                           size_t length)
{
    static const struct proxy_names names = { "runtimeConfig.networkProxy",
                                              "runtimeConfig.networkProxy" };
    static const char *const loopback[] = { "localhost", "127.0.0.1", "[::1]" };
    struct mxc_url url;
    enum mxc_url_fault fault = mxc_url_parse(text, &url);

    if (memchr(text, '\0', length))
        return 0; /* the caller refuses it */
    if (fault != MXC_URL_OK)
        return bad_url(reader, path, text, fault, &url, &names);
    for (char *c = url.host; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
    for (size_t i = 0; i < MXC_COUNT(loopback); i++)
        if (strcmp(url.host, loopback[i]) == 0) {
            reader->policy->network.proxy_pointer = "/runtimeConfig/networkProxy";
            return 0;
        }
    return mxc_read_fail(reader, path, "%s must use localhost, 127.0.0.1, or [::1]", names.key);
}

static int take_url(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                    struct mxc_network *out)
{
    static const struct proxy_names names = { "network.proxy.url", "network.proxy" };
    const struct mxc_path at = { path, "url", 0 };
    struct mxc_url url;
    enum mxc_url_fault fault = mxc_url_parse(text, &url);

    if (fault != MXC_URL_OK)
        return bad_url(reader, &at, text, fault, &url, &names);
    out->proxy_url = mxc_arena_copy(reader->arena, text);
    out->proxy_pointer = "/network/proxy/url";
    return out->proxy_url ? 0 : mxc_read_no_memory(reader);
}

int mxc_check_proxy(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                    void *slot)
{
    struct mxc_network *network = slot;
    json_t *builtin = mxc_read_member(json, "builtinTestServer");
    json_t *localhost = mxc_read_member(json, "localhost"), *url = mxc_read_member(json, "url");

    if (!builtin && !localhost && !url)
        return mxc_read_fail(reader, path,
                             "network.proxy must specify builtinTestServer, localhost, or url");
    if (builtin && (localhost || url))
        return mxc_read_fail(reader, path,
                             "When network.proxy.builtinTestServer is true, no other proxy options "
                             "may be set");
    if (localhost && url)
        return mxc_read_fail(reader, path,
                             "network.proxy must specify only one of localhost and url");
    if (url)
        return take_url(reader, path, json_string_value(url), network);
    network->proxy_pointer = "/network/proxy/builtinTestServer";
    if (builtin)
        return 0;
    network->proxy_pointer = "/network/proxy/localhost";
    network->proxy_url =
        mxc_arena_format(reader->arena, "http://127.0.0.1:%d", (int)json_integer_value(localhost));
    return network->proxy_url ? 0 : mxc_read_no_memory(reader);
}

/* The first of these keys that is present, or NULL. */
static const char *first_of(const json_t *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (mxc_read_member(object, keys[i]))
            return keys[i];
    return NULL;
}

static const char *const legacy_keys[] = { "defaultPolicy", "enforcementMode", "allowLocalNetwork",
                                           "allowedHosts",  "blockedHosts",    "proxy" };
static const char *const directional_keys[] = { "egress", "ingress" };

int mxc_check_network(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot)
{
    struct mxc_network *network = slot;

    (void)path;
    network->egress_present = mxc_read_member(json, "egress") != NULL;
    network->ingress_present = mxc_read_member(json, "ingress") != NULL;
    if (first_of(json, directional_keys, MXC_COUNT(directional_keys)))
        network->form = MXC_NET_DIRECTIONAL;
    else if (first_of(json, legacy_keys, MXC_COUNT(legacy_keys)))
        network->form = MXC_NET_LEGACY;
    return network->form == MXC_NET_LEGACY ? mxc_read_legacy_rules(reader, network) : 0;
}

static int check_runtime_proxy(struct mxc_reader *reader, const json_t *network)
{
    static const struct mxc_path config = { NULL, "runtimeConfig", 0 };
    static const struct mxc_path at = { &config, "networkProxy", 0 };
    const struct mxc_network *read = &reader->policy->network;

    if (!read->proxy_url || !first_of(network, directional_keys, MXC_COUNT(directional_keys)))
        return 0;
    if (!read->egress_allow && !read->allow.count && !read->deny.count)
        return 0;
    return mxc_read_fail(
        reader, &at,
        "runtimeConfig.networkProxy requires network.egress.default='deny' with no "
        "direct allow or deny rules");
}

int mxc_check_network_forms(struct mxc_reader *reader, json_t *root)
{
    static const struct mxc_path at = { NULL, "network", 0 };
    static const char *const containers[] = { "processContainer", "appContainer" };
    const json_t *network = mxc_read_member(root, "network");
    const char *legacy = first_of(network, legacy_keys, MXC_COUNT(legacy_keys));
    const char *container = first_of(root, containers, MXC_COUNT(containers));
    bool beside = mxc_read_member(root, "runtimeConfig") ||
                  (container && mxc_read_member(json_object_get(root, container), "network"));
    const struct mxc_path where = { &at, legacy, 0 };

    if (legacy && (beside || first_of(network, directional_keys, MXC_COUNT(directional_keys))))
        return mxc_read_fail_key(
            reader, &where,
            "network configuration cannot mix defaultPolicy, enforcementMode, allowLocalNetwork, "
            "allowedHosts, blockedHosts, or proxy with egress, ingress, runtimeConfig, or "
            "processContainer.network");
    if (legacy)
        return 0;
    if (beside)
        reader->policy->network.form = MXC_NET_DIRECTIONAL;
    return check_runtime_proxy(reader, network);
}
