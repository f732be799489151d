/* SPDX-License-Identifier: MIT */
/* The policy as data: what the JSON text said, checked in shape, and nothing about any host.
 *
 * Everything lives in the arena given to mxc_policy_read(). Strings hold no NUL byte. Lists keep
 * the order of the text. A pointer of an element is "<pointer of the list>/<index>". */
#ifndef MXC_POLICY_POLICY_H
#define MXC_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* The contracts that we serve. One bit each, so that field tables can say where a key exists. */
enum mxc_version {
    MXC_V0_4 = 1 << 0,
    MXC_V0_5 = 1 << 1,
    MXC_V0_6 = 1 << 2,
    MXC_V0_7 = 1 << 3,
    MXC_V0_8 = 1 << 4,
    MXC_V0_9 = 1 << 5,
    MXC_V1_0 = 1 << 6,
    MXC_V1_1 = 1 << 7,
    MXC_V_ALL = (1 << 8) - 1,
    MXC_V_CURRENT = MXC_V1_0, /* what an absent "version" means */
};

/* Values of "containment". Aliases are resolved by the reader (appcontainer, macos_sandbox). */
#define MXC_CONTAINMENTS(X)                                                                        \
    X(PROCESS, "process")                                                                          \
    X(NATIVE, "native") /* our extension */                                                        \
    X(PROCESSCONTAINER, "processcontainer")                                                        \
    X(WINDOWS_SANDBOX, "windows_sandbox")                                                          \
    X(ISOLATION_SESSION, "isolation_session")                                                      \
    X(WSLC, "wslc")                                                                                \
    X(LXC, "lxc")                                                                                  \
    X(VM, "vm")                                                                                    \
    X(MICROVM, "microvm")                                                                          \
    X(SEATBELT, "seatbelt")                                                                        \
    X(HYPERLIGHT, "hyperlight")                                                                    \
    X(BUBBLEWRAP, "bubblewrap")

enum mxc_containment {
#define MXC_CONTAINMENT_ENUM(name, wire) MXC_CONTAIN_##name,
    MXC_CONTAINMENTS(MXC_CONTAINMENT_ENUM)
#undef MXC_CONTAINMENT_ENUM
};

struct mxc_strings {
    const char **items;
    size_t count;
};

struct mxc_process {
    const char *command_line; /* not empty */
    const char *cwd;          /* NULL when absent or "" */
    struct mxc_strings env;   /* each KEY=VALUE with a key that is not empty */
    bool env_present;         /* "env": [] differs from no "env" */
    bool inherit_default_env; /* 0.9 and newer: add PATH and TERM although "env" is present */
    uint32_t timeout_ms;      /* 0: none */
};

struct mxc_filesystem {
    struct mxc_strings readwrite; /* /filesystem/readwritePaths */
    struct mxc_strings readonly;  /* /filesystem/readonlyPaths */
    struct mxc_strings denied;    /* /filesystem/deniedPaths */
};

/* One network: 4 or 16 address bytes, host bits zero. */
struct mxc_cidr {
    uint8_t address[16];
    uint8_t bits;   /* prefix length */
    uint8_t family; /* 4 or 6 */
};

enum mxc_protocol { MXC_PROTO_ANY, MXC_PROTO_TCP, MXC_PROTO_UDP, MXC_PROTO_ICMP };

struct mxc_peer {
    const char *host; /* extension: lower-case LDH name, or "*.name"; NULL: 'cidr' counts */
    struct mxc_cidr cidr;
    struct mxc_cidr *except;
    size_t except_count;
};

struct mxc_port {
    enum mxc_protocol protocol;
    uint16_t first; /* 0: every port */
    uint16_t last;
};

struct mxc_rule {
    struct mxc_peer *to; /* none: everywhere */
    size_t to_count;
    struct mxc_port *ports; /* none: every protocol and port */
    size_t port_count;
};

struct mxc_rules {
    struct mxc_rule *items;
    size_t count;
};

/* Extension: a TCP port of the program that the host listens for. */
struct mxc_publish {
    uint16_t port;
    uint16_t host_port;
    struct mxc_cidr host_address; /* 'bits' is full; 127.0.0.1 when absent */
    bool loopback;                /* hostAddress was absent: ::1 as well */
};

enum mxc_network_form { MXC_NET_ABSENT, MXC_NET_LEGACY, MXC_NET_DIRECTIONAL };
enum mxc_enforcement { MXC_ENFORCE_CAPABILITIES, MXC_ENFORCE_FIREWALL, MXC_ENFORCE_BOTH };

struct mxc_network {
    enum mxc_network_form form;

    /* legacy */
    bool default_allow; /* defaultPolicy */
    enum mxc_enforcement enforcement;
    bool allow_local;
    struct mxc_strings allowed_hosts; /* as written: address, CIDR or name */
    struct mxc_strings blocked_hosts;

    /* both: the legacy form has one rule for each entry of its lists, host bits cleared, and
     * one more in 'allow' where only 'allow_local' opens the local network; 'egress_allow' is what
     * 'default_allow' is */
    bool egress_allow;
    struct mxc_rules allow;
    struct mxc_rules deny;

    /* directional */
    bool egress_present; /* the text has the section */
    bool ingress_present;
    bool ingress_allow;
    bool host_loopback_allow;
    struct mxc_publish *publish;
    size_t publish_count;

    /* both: the proxy as the guest's variables would name it, NULL when absent */
    const char *proxy_url;
    const char *proxy_pointer; /* "/network/proxy/url", "/runtimeConfig/networkProxy", … */
    bool proxy_builtin;        /* network.proxy.builtinTestServer */
};

enum mxc_clipboard { MXC_CLIP_NONE, MXC_CLIP_READ, MXC_CLIP_WRITE, MXC_CLIP_ALL };

struct mxc_ui {
    bool present;
    bool disable; /* default true */
    enum mxc_clipboard clipboard;
    bool injection;
};

/* Our extension; 0 means "not given" in each. */
struct mxc_limits {
    uint32_t memory_mb;
    uint32_t processes;
    uint32_t cpu_percent; /* 100 is one core */
    uint32_t open_files;
    uint32_t file_size_mb;
    uint32_t tmp_mb;
    uint32_t output_mb;
};

struct mxc_policy {
    enum mxc_version version;
    const char *version_text; /* as written; NULL when absent */
    const char *container_id; /* NULL when absent */
    enum mxc_containment containment;
    bool containment_present;
    const char *containment_text; /* as written, perhaps an alias; NULL when absent */
    bool experimental_present;    /* the text has an "experimental" section */
    struct mxc_process process;
    struct mxc_filesystem filesystem;
    struct mxc_network network;
    struct mxc_ui ui;
    struct mxc_limits limits;
    bool destroy_on_exit; /* lifecycle; default true */
    bool preserve_policy;
    const char *lxc_distribution; /* NULL when absent */
    const char *lxc_release;
    struct mxc_strings extensions; /* pointers of our own extensions that the text uses */
};

/* What of the JSON is meant to be portable or lenient. */
struct mxc_read_options {
    bool portable;       /* refuse our extensions */
    const char *command; /* replaces process.commandLine, which may then be absent; or NULL */
};

/* Reads and checks a whole policy text of 'length' bytes. On failure 'err' holds the code
 * (MXC_BAD_POLICY or MXC_POLICY_REFUSED), JSON pointer, line and column, what was expected, and the
 * nearest known name where a name was wrong. 'options' may be NULL. */
int mxc_policy_read(struct mxc_arena *arena, const char *text, size_t length,
                    const struct mxc_read_options *options, struct mxc_policy *out,
                    struct mxc_err *err);

/* Wire name ("bubblewrap"). Static storage. */
const char *mxc_containment_name(enum mxc_containment containment);

/* "0.7", "1.0.0", … Static storage. */
const char *mxc_version_name(enum mxc_version version);

#endif
