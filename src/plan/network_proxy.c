/* SPDX-License-Identifier: MIT */
/* A proxy is the one endpoint that opens. On the host's loopback it is reached by the gateway; a
 * name is resolved by us, once, and written into the sandbox's /etc/hosts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/closed.h"
#include "plan/planner.h"
#include "policy/cidr.h"
#include "policy/url.h"

/* The proxy, taken apart. */
struct proxy {
    struct mxc_url url;
    const char *pointer;
    struct mxc_peer *peers; /* beyond the gateway */
    size_t peer_count;
    struct mxc_buf hosts;
    const char *host; /* as the program is told */
};

static const char *const variables[] = { "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY",
                                         "http_proxy", "https_proxy", "all_proxy", "ftp_proxy" };
static const char *const exceptions[] = { "NO_PROXY", "no_proxy" };

static bool is_variable(const char *entry, const char *name)
{
    size_t length = strlen(name);

    return !strncmp(entry, name, length) && entry[length] == '=';
}

bool mxc_planner_is_proxy_variable(const char *entry)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (is_variable(entry, variables[i]))
            return true;
    return is_variable(entry, exceptions[0]) || is_variable(entry, exceptions[1]);
}

int mxc_planner_add_proxy_variables(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; planner->proxy && i < sizeof variables / sizeof *variables; i++) {
        struct mxc_step step = {
            .kind = MXC_STEP_ENVIRONMENT,
            .from = mxc_arena_format(planner->arena, "%s=%s", variables[i], planner->proxy),
            .pointer = planner->policy->network.proxy_pointer,
        };

        if (!step.from)
            return mxc_planner_no_memory(err);
        if (mxc_planner_add(planner, step, err) < 0)
            return -1;
    }
    return 0;
}

static struct mxc_address address_of(const struct mxc_cidr *cidr)
{
    return cidr->family == 4 ? mxc_address_v4(cidr->address) : mxc_address_v6(cidr->address);
}

/* The gateway's text when the address is the host's loopback or stands for it, else NULL. */
static const char *gateway_for(const struct mxc_cidr *cidr)
{
    static const uint8_t here[16] = { 127, 0, 0, 1 }, any[16] = { 0 }, here6[16] = { [15] = 1 };
    const struct mxc_address address = address_of(cidr); /* IPv4 also in its form of IPv6 */
    bool v6 = address.family == 6;

    if (memcmp(address.bytes, v6 ? here6 : here, 16) && memcmp(address.bytes, any, 16))
        return NULL;
    return v6 ? "fd00::2" : "10.0.2.2";
}

static int refuse_address(const struct proxy *proxy, const struct mxc_address *address,
                          struct mxc_err *err)
{
    char text[MXC_ADDRESS_TEXT];
    uint8_t wide[16];
    struct mxc_closed closed;

    mxc_address_wide(address, wide);
    closed = mxc_closed_find(wide);
    if (closed.why == MXC_WHY_LOOPBACK)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, proxy->pointer,
                        "%s is not reached from the sandbox: of the host's loopback only 127.0.0.1 "
                        "and ::1 are; let the proxy listen there",
                        mxc_address_text(address, text));
    if (closed.why != MXC_WHY_NONE && !closed.opens)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, proxy->pointer,
                        "%s cannot be a proxy: it is multicast, reserved, link-local of IPv6, or "
                        "of the sandbox's own network (10.0.2.0/24, fd00::/64)",
                        mxc_address_text(address, text));
    return 0;
}

/* Opens one address; stores what the program uses in its place. */
static int take_address(struct mxc_planner *planner, struct proxy *proxy,
                        const struct mxc_cidr *cidr, const char **out, struct mxc_err *err)
{
    struct mxc_address address = address_of(cidr);
    const char *gateway = gateway_for(cidr);
    char text[MXC_ADDRESS_TEXT];

    if (gateway) {
        planner->plan->loopback_port = (uint16_t)proxy->url.port;
        *out = gateway;
        return 0;
    }
    if (refuse_address(proxy, &address, err) < 0)
        return -1;
    proxy->peers[proxy->peer_count++].cidr = *cidr;
    *out = mxc_arena_copy(planner->arena, mxc_address_text(&address, text));
    return *out ? 0 : mxc_planner_no_memory(err);
}

/* Whoever answers for the name must not turn it towards what is closed. */
static int refuse_turn(const struct proxy *proxy, const struct mxc_cidr *cidr, struct mxc_err *err)
{
    struct mxc_address address = address_of(cidr);
    char text[MXC_ADDRESS_TEXT];
    uint8_t wide[16];
    struct mxc_closed closed;

    mxc_address_wide(&address, wide);
    closed = mxc_closed_find(wide);
    if (!gateway_for(cidr) && (closed.why == MXC_WHY_NONE || closed.why == MXC_WHY_PRIVATE))
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, 0, proxy->pointer,
                    "the proxy's name '%s' leads to %s (%s), which stays closed to names; write "
                    "the address, or localhost, if that is meant",
                    proxy->url.host, mxc_address_text(&address, text),
                    mxc_net_why_text(closed.why == MXC_WHY_NONE ? MXC_WHY_LOOPBACK : closed.why));
}

static const char *why_unresolved(int error)
{
    switch (error) {
    case ENOSYS:
        return "names are not resolved here";
    case 0:
    case ENOENT:
        return "no address was found";
    case ETIMEDOUT:
        return "nobody answered in time";
    default:
        return strerror(error);
    }
}

static int take_name(struct mxc_planner *planner, struct proxy *proxy, struct mxc_err *err)
{
    const struct mxc_facts *facts = planner->facts;
    const char *name = proxy->url.host, *place;
    struct mxc_cidr *found = NULL;
    size_t count = 0;
    int error = ENOSYS;

    if (facts->resolve)
        error = facts->resolve(facts->context, planner->arena, name, &found, &count);
    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || !count)
        return mxc_fail(err, MXC_POLICY_REFUSED, error, proxy->pointer,
                        "could not resolve proxy host '%s': %s; write its address instead", name,
                        why_unresolved(error));
    proxy->peers = mxc_arena_alloc(planner->arena, count * sizeof *proxy->peers);
    if (!proxy->peers)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (refuse_turn(proxy, &found[i], err) < 0 ||
            take_address(planner, proxy, &found[i], &place, err) < 0)
            return -1;
        mxc_buf_format(&proxy->hosts, "%s %s\n", place, name);
    }
    proxy->host = name;
    planner->hosts = proxy->hosts.failed ? NULL : mxc_arena_copy(planner->arena, proxy->hosts.data);
    return planner->hosts ? 0 : mxc_planner_no_memory(err);
}

static bool is_localhost(const char *name)
{
    static const char word[] = "localhost";
    size_t i = 0;

    while (word[i] && (name[i] | 0x20) == word[i])
        i++;
    return !word[i] && (!name[i] || (name[i] == '.' && !name[i + 1]));
}

static int take_host(struct mxc_planner *planner, struct proxy *proxy, struct mxc_err *err)
{
    const char *written = proxy->url.host, *place;
    char inner[sizeof proxy->url.host];
    struct mxc_cidr cidr;

    (void)snprintf(inner, sizeof inner, "%s", is_localhost(written) ? "127.0.0.1" : written);
    if (written[0] == '[')
        (void)snprintf(inner, sizeof inner, "%.*s", (int)(strlen(written) - 2), written + 1);
    if (mxc_cidr_parse(inner, &cidr) != MXC_CIDR_OK)
        return take_name(planner, proxy, err);
    proxy->peers = mxc_arena_alloc(planner->arena, sizeof *proxy->peers);
    if (!proxy->peers)
        return mxc_planner_no_memory(err);
    if (take_address(planner, proxy, &cidr, &place, err) < 0)
        return -1;
    proxy->host = !gateway_for(&cidr)   ? written
                  : !strchr(place, ':') ? place
                                        : mxc_arena_format(planner->arena, "[%s]", place);
    return proxy->host ? 0 : mxc_planner_no_memory(err);
}

/* The URL as written, but for the host. */
static int write_url(struct mxc_planner *planner, const struct proxy *proxy, struct mxc_err *err)
{
    const char *url = planner->policy->network.proxy_url;
    size_t before = (size_t)(strstr(url, "//") + 2 - url);

    planner->proxy = mxc_arena_format(planner->arena, "%.*s%s%s", (int)before, url, proxy->host,
                                      url + before + strlen(proxy->url.host));
    return planner->proxy ? 0 : mxc_planner_no_memory(err);
}

/* Nothing but the proxy: what the policy says beside it was refused by the reader, or is here. */
static int open_alone(struct mxc_planner *planner, const struct proxy *proxy,
                      struct mxc_network *network, struct mxc_err *err)
{
    struct mxc_rule *rule = mxc_arena_alloc(planner->arena, sizeof *rule);
    struct mxc_port *port = mxc_arena_alloc(planner->arena, sizeof *port);

    if (!rule || !port)
        return mxc_planner_no_memory(err);
    *port =
        (struct mxc_port){ MXC_PROTO_TCP, (uint16_t)proxy->url.port, (uint16_t)proxy->url.port };
    *rule = (struct mxc_rule){ proxy->peers, proxy->peer_count, port, 1 };
    *network = (struct mxc_network){
        .form = MXC_NET_DIRECTIONAL,
        .allow = { rule, proxy->peer_count ? 1 : 0 },
        .publish = network->publish,
        .publish_count = network->publish_count,
    };
    return 0;
}

static int check_beside(const struct mxc_network *network, struct mxc_err *err)
{
    if (network->proxy_builtin)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, network->proxy_pointer,
                        "the built-in proxy is for tests: allow it by --allow-testing-features, or "
                        "start a proxy and name it by network.proxy.localhost or url");
    if (network->host_loopback_allow || network->allow_local)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0,
                        network->allow_local ? "/network/allowLocalNetwork"
                                             : "/network/ingress/hostLoopback",
                        "with a proxy nothing else is reachable; leave this out, the port of a "
                        "proxy on the host's loopback opens by itself");
    return 0;
}

int mxc_planner_decide_proxy(struct mxc_planner *planner, struct mxc_network *network,
                             struct mxc_err *err)
{
    struct proxy proxy = { .pointer = network->proxy_pointer };
    int result;

    if (check_beside(network, err) < 0)
        return -1;
    if (mxc_url_parse(network->proxy_url, &proxy.url) != MXC_URL_OK)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, proxy.pointer, "not the URL of a proxy");
    result = take_host(planner, &proxy, err);
    if (!result)
        result = write_url(planner, &proxy, err);
    if (!result)
        result = open_alone(planner, &proxy, network, err);
    mxc_buf_done(&proxy.hosts);
    return result;
}
