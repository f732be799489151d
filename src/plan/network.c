/* SPDX-License-Identifier: MIT */
/* The network of a plan: what of it opens, the proxy, and the files that programs look names up with. */
#include "plan/network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/cidr.h"
#include "policy/url.h"

const char *mxc_network_needs(const struct mxc_policy *policy)
{
    const struct mxc_network *network = &policy->network;
    const struct {
        bool asked;
        const char *pointer;
    } keys[] = {
        { network->proxy_builtin, "/network/proxy/builtinTestServer" },
        { network->proxy_url, network->proxy_pointer ? network->proxy_pointer : "/network/proxy" },
        { network->default_allow, "/network/defaultPolicy" },
        { network->allow_local, "/network/allowLocalNetwork" },
        { network->allowed_hosts.count, "/network/allowedHosts" },
        { network->egress_allow, "/network/egress/default" },
        { network->allow.count, "/network/egress/allow" },
        { network->publish_count, "/network/ingress/publish" },
        { network->publish_count, "/network/ingress/publish" },
        { network->ingress_allow, "/network/ingress/default" },
        { network->host_loopback_allow, "/network/ingress/hostLoopback" },
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].asked)
            return keys[i].pointer;
    return NULL;
}

/* ---- the proxy */

const char *const mxc_proxy_variables[] = {
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "http_proxy", "https_proxy",
    "all_proxy",  "ftp_proxy",   "NO_PROXY",  "no_proxy",  NULL,
};

/* Names of the host itself, and where the program finds it. */
static const struct {
    const char *host;
    const char *inside;
} loopbacks[] = {
    { "localhost", "10.0.2.2" }, { "127.0.0.1", "10.0.2.2" }, { "0.0.0.0", "10.0.2.2" },
    { "[::]", "10.0.2.2" },      { "[::1]", "[fd00::2]" },
};

static char lower(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static bool same_host(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}

static const char *inside_of(const char *host)
{
    for (size_t i = 0; i < sizeof loopbacks / sizeof *loopbacks; i++)
        if (same_host(loopbacks[i].host, host))
            return loopbacks[i].inside;
    return NULL;
}

/* "http://localhost:8080/x" as the program has to write it. */
static int rewrite(struct mxc_planner *planner, const char *url, const char *host,
                   const char *inside, struct mxc_err *err)
{
    const char *at = strstr(url, "://") + 3;

    planner->proxy = mxc_arena_format(planner->arena, "%.*s%s%s", (int)(at - url), url, inside,
                                      at + strlen(host));
    return planner->proxy ? 0 : mxc_planner_no_memory(err);
}

/* The host of the proxy as the destination of a rule. */
static int fill_peer(struct mxc_planner *planner, const char *host, struct mxc_peer *peer,
                     struct mxc_err *err)
{
    size_t length = strlen(host);
    char *name = *host == '[' ? mxc_arena_format(planner->arena, "%.*s", (int)length - 2, host + 1)
                              : mxc_arena_copy(planner->arena, host);

    if (!name)
        return mxc_planner_no_memory(err);
    if (mxc_cidr_parse(name, &peer->cidr) == MXC_CIDR_OK)
        return 0;
    for (char *at = name; *at; at++)
        *at = lower(*at);
    peer->host = name;
    return 0;
}

struct endpoint {
    struct mxc_network network;
    struct mxc_rule rule;
    struct mxc_peer peer;
    struct mxc_port port;
};

/* Exactly the proxy, whatever else the policy says is open. */
static int decide_proxy(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *asked = &planner->policy->network;
    struct endpoint *only = mxc_arena_alloc(planner->arena, sizeof *only);
    const char *inside;
    struct mxc_url url;

    if (!only)
        return mxc_planner_no_memory(err);
    if (mxc_url_parse(asked->proxy_url, &url) != MXC_URL_OK)
        return mxc_fail(err, MXC_BAD_POLICY, 0, asked->proxy_pointer,
                        "the URL of the proxy cannot be read");
    *only = (struct endpoint){ .network = { .form = MXC_NET_DIRECTIONAL,
                                            .publish = asked->publish,
                                            .publish_count = asked->publish_count },
                               .port = { MXC_PROTO_TCP, (uint16_t)url.port, (uint16_t)url.port } };
    only->rule = (struct mxc_rule){ &only->peer, 1, &only->port, 1 };
    planner->plan->network = &only->network;
    planner->proxy = asked->proxy_url;
    inside = inside_of(url.host);
    if (inside) {
        planner->plan->loopback_port = (uint16_t)url.port;
        return rewrite(planner, asked->proxy_url, url.host, inside, err);
    }
    only->network.allow = (struct mxc_rules){ &only->rule, 1 };
    return fill_peer(planner, url.host, &only->peer, err);
}

int mxc_planner_decide_network(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *network = &planner->policy->network;

    if (!mxc_network_needs(planner->policy))
        return 0;
    if (network->proxy_builtin)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/network/proxy/builtinTestServer",
                        "this build has no proxy of its own for tests; start one and name it in "
                        "network.proxy.localhost or runtimeConfig.networkProxy");
    if (network->ingress_allow && !network->publish_count)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/network/ingress/default",
                        "nothing can reach a sandbox without a port of the host: list ports in "
                        "network.ingress.publish, or set this to \"deny\"");
    if (network->proxy_url)
        return decide_proxy(planner, err);
    planner->plan->network = network;
    return 0;
}

/* ---- steps */

static int add_text(struct mxc_planner *planner, enum mxc_step_kind kind, const char *text,
                    const char *pointer, struct mxc_err *err)
{
    const struct mxc_step step = { .kind = kind, .from = text, .pointer = pointer };

    return text ? mxc_planner_add(planner, step, err) : mxc_planner_no_memory(err);
}

static int add_rules(struct mxc_planner *planner, const struct mxc_rules *rules,
                     const char *verdict, const char *list, struct mxc_err *err)
{
    for (size_t i = 0; i < rules->count; i++) {
        const char *pointer =
            planner->proxy ? planner->policy->network.proxy_pointer
                           : mxc_arena_format(planner->arena, "%s/%lu", list, (unsigned long)i);

        if (!pointer || add_text(planner, MXC_STEP_RULE,
                                 mxc_network_rule_text(planner->arena, &rules->items[i], verdict),
                                 pointer, err) < 0)
            return pointer ? -1 : mxc_planner_no_memory(err);
    }
    return 0;
}

static int add_publish(struct mxc_planner *planner, const struct mxc_network *network,
                       struct mxc_err *err)
{
    for (size_t i = 0; i < network->publish_count; i++) {
        const char *pointer =
            mxc_arena_format(planner->arena, "/network/ingress/publish/%lu", (unsigned long)i);

        if (!pointer || add_text(planner, MXC_STEP_PUBLISH,
                                 mxc_network_publish_text(planner->arena, &network->publish[i]),
                                 pointer, err) < 0)
            return pointer ? -1 : mxc_planner_no_memory(err);
    }
    return 0;
}

/* Programs look names up with these; the host's own would lead them to servers that they cannot reach. */
static const struct {
    const char *path;
    const char *content;
} files[] = {
    { "/etc/resolv.conf", "nameserver 10.0.2.3\nnameserver fd00::3\noptions edns0\n" },
    { "/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n" },
};

static int add_files(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mxc_step step = { .kind = MXC_STEP_WRITE,
                                 .from = files[i].content,
                                 .flags = MXC_STEP_DEFAULT };
        struct mxc_walk walk;
        int error = mxc_planner_walk(planner, files[i].path, &walk);

        if (error == ENOMEM)
            return mxc_planner_no_memory(err);
        if (error || walk.missing || walk.fact.type != MXC_OBJECT_FILE ||
            !mxc_planner_shows(planner, walk.path)) {
            if (mxc_planner_note(planner, NULL, err,
                                 "the sandbox sees no file %s, so programs may not find names",
                                 files[i].path) < 0)
                return -1;
            continue;
        }
        step.to = walk.path;
        if (mxc_planner_add(planner, step, err) < 0)
            return -1;
    }
    return 0;
}

int mxc_planner_add_network(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_network *network = planner->plan->network;
    const bool legacy = network && network->form == MXC_NET_LEGACY;

    if (!network)
        return add_text(planner, MXC_STEP_NETWORK, "none", "/network", err);
    if (add_files(planner, err) < 0 ||
        add_text(planner, MXC_STEP_NETWORK,
                 network->egress_allow ? "user, else allow" : "user, else deny", "/network",
                 err) < 0)
        return -1;
    if (add_rules(planner, &network->deny, "deny",
                  legacy ? "/network/blockedHosts" : "/network/egress/deny", err) < 0 ||
        add_rules(planner, &network->allow, "allow",
                  legacy ? "/network/allowedHosts" : "/network/egress/allow", err) < 0)
        return -1;
    if ((network->host_loopback_allow || network->allow_local) &&
        add_text(planner, MXC_STEP_RULE,
                 "allow any to the host's loopback, at 10.0.2.2 and fd00::2",
                 legacy ? "/network/allowLocalNetwork" : "/network/ingress/hostLoopback", err) < 0)
        return -1;
    if (planner->plan->loopback_port &&
        add_text(planner, MXC_STEP_RULE,
                 mxc_arena_format(planner->arena,
                                  "allow tcp %u to the host's loopback, at 10.0.2.2 and fd00::2",
                                  planner->plan->loopback_port),
                 planner->policy->network.proxy_pointer, err) < 0)
        return -1;
    return add_publish(planner, network, err);
}
