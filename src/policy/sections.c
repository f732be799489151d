/* SPDX-License-Identifier: MIT */
/* Rules between sections of the top level: one backend, its section, a proxy that it can have. */
#include "policy/sections.h"

#include <string.h>

#include "policy/read.h"

static const char experimental[] = "experimental";

const struct mxc_section mxc_sections[] = {
    { NULL, "processContainer", NULL, MXC_V_ALL, MXC_CONTAIN_PROCESSCONTAINER },
    { NULL, "appContainer", "processContainer", MXC_V_LEGACY, MXC_CONTAIN_PROCESSCONTAINER },
    { NULL, "lxc", NULL, MXC_V_ALL, MXC_CONTAIN_LXC },
    { NULL, "seatbelt", NULL, MXC_V_ALL, MXC_CONTAIN_SEATBELT },
    { NULL, "macos_sandbox", "seatbelt", MXC_V_LEGACY, MXC_CONTAIN_SEATBELT },
    { experimental, "windows_sandbox", NULL, MXC_V_LEGACY, MXC_CONTAIN_WINDOWS_SANDBOX },
    { experimental, "wslc", NULL, MXC_V_LEGACY, MXC_CONTAIN_WSLC },
    { experimental, "isolation_session", NULL, MXC_V_LEGACY, MXC_CONTAIN_ISOLATION_SESSION },
    { NULL, "wslc", NULL, MXC_V_FROM_1_0, MXC_CONTAIN_WSLC },
    { NULL, "windowsSandbox", NULL, MXC_V1_1, MXC_CONTAIN_WINDOWS_SANDBOX },
    { NULL, "hyperlight", NULL, MXC_V1_1, MXC_CONTAIN_HYPERLIGHT },
};
const size_t mxc_section_count = MXC_COUNT(mxc_sections);

static bool is_present(const json_t *root, const struct mxc_section *section)
{
    const json_t *parent = section->parent ? json_object_get(root, section->parent) : root;

    return mxc_read_member(parent, section->key) != NULL;
}

static void add_name(const struct mxc_section *section, struct mxc_buf *out)
{
    mxc_buf_format(out, "%s%s%s", section->parent ? section->parent : "",
                   section->parent ? "." : "",
                   section->alias_of ? section->alias_of : section->key);
}

static int check_aliases(struct mxc_reader *reader, const json_t *root)
{
    for (size_t i = 0; i < mxc_section_count; i++) {
        const struct mxc_section *section = &mxc_sections[i];
        const struct mxc_path at = { NULL, section->key, 0 };

        if (section->alias_of && is_present(root, section) &&
            mxc_read_member(root, section->alias_of))
            return mxc_read_fail_key(reader, &at,
                                     "duplicate field `%s`: '%s' is another spelling of it; keep "
                                     "one",
                                     section->alias_of, section->key);
    }
    return 0;
}

static int fail_conflict(struct mxc_reader *reader, const struct mxc_section *first,
                         const char *own, const char *others)
{
    const struct mxc_path parent = { NULL, first->parent, 0 };
    const struct mxc_path at = { first->parent ? &parent : NULL, first->key, 0 };
    const char *name = mxc_containment_name(reader->policy->containment);

    if (own)
        return mxc_read_fail_key(reader, &at,
                                 "Multiple containment backends configured: 'containment' is '%s' "
                                 "(allows the '%s' section), but the config also includes "
                                 "unrelated backend section(s): %s. Only one backend section is "
                                 "allowed; remove the unused section(s).",
                                 name, own, others);
    return mxc_read_fail_key(
        reader, &at,
        "Multiple containment backends configured: 'containment' is '%s' (no "
        "per-backend section is defined for this backend), but the config "
        "includes backend section(s): %s. Only one backend section is allowed; "
        "remove the unused section(s).",
        name, others);
}

int mxc_check_sections(struct mxc_reader *reader, json_t *root)
{
    const struct mxc_section *first = NULL;
    auto_buf others = { 0 };
    auto_buf own = { 0 };

    if (check_aliases(reader, root) < 0)
        return -1;
    for (size_t i = 0; i < mxc_section_count; i++) {
        const struct mxc_section *section = &mxc_sections[i];
        bool mine = section->containment == reader->policy->containment;

        if (!(section->versions & reader->version))
            continue;
        if (mine && !own.length)
            add_name(section, &own);
        if (mine || !is_present(root, section))
            continue;
        if (first)
            mxc_buf_add(&others, ", ");
        first = first ? first : section;
        add_name(section, &others);
    }
    return first ? fail_conflict(reader, first, own.data, others.data ? others.data : "") : 0;
}

unsigned mxc_proxy_containments(void)
{
    return 1u << MXC_CONTAIN_PROCESS | 1u << MXC_CONTAIN_NATIVE |
           1u << MXC_CONTAIN_PROCESSCONTAINER | 1u << MXC_CONTAIN_BUBBLEWRAP |
           1u << MXC_CONTAIN_LXC | 1u << MXC_CONTAIN_SEATBELT | 1u << MXC_CONTAIN_WSLC;
}

unsigned mxc_proxy_strict_containments(void)
{
    return 1u << MXC_CONTAIN_PROCESS | 1u << MXC_CONTAIN_NATIVE | 1u << MXC_CONTAIN_BUBBLEWRAP;
}

/* The engine by which errors about proxies call these containments. */
static const char *strict_name(enum mxc_containment containment)
{
    return containment == MXC_CONTAIN_BUBBLEWRAP ? "Bubblewrap" : "Native";
}

static int check_strict(struct mxc_reader *reader)
{
    static const struct mxc_path network = { NULL, "network", 0 };
    static const struct mxc_path at = { &network, "proxy", 0 };
    const struct mxc_network *read = &reader->policy->network;
    const char *name = strict_name(reader->policy->containment);

    if (read->enforcement != MXC_ENFORCE_CAPABILITIES)
        return mxc_read_fail_key(reader, &at,
                                 "%s: network.proxy cannot be combined with "
                                 "network.enforcementMode='firewall' or 'both'. Leave "
                                 "enforcementMode out: only the proxy is reachable then.",
                                 name);
    if (read->proxy_url &&
        (!read->default_allow || read->allowed_hosts.count || read->blocked_hosts.count))
        return mxc_read_fail_key(reader, &at,
                                 "%s: an external network.proxy (url/localhost) cannot be combined "
                                 "with allowedHosts, blockedHosts, or defaultPolicy='block'. Set "
                                 "defaultPolicy to 'allow' and let the proxy filter.",
                                 name);
    return 0;
}

int mxc_check_proxy_containment(struct mxc_reader *reader, json_t *root)
{
    static const struct mxc_path network = { NULL, "network", 0 };
    static const struct mxc_path at = { &network, "proxy", 0 };
    unsigned containment = 1u << reader->policy->containment;

    if (!mxc_read_member(json_object_get(root, "network"), "proxy"))
        return 0;
    if (!(mxc_proxy_containments() & containment))
        return mxc_read_fail_key(reader, &at,
                                 "Network proxy is only supported with the 'processcontainer', "
                                 "'bubblewrap', 'lxc', 'seatbelt', 'wslc', or 'native' containment "
                                 "backends");
    return mxc_proxy_strict_containments() & containment ? check_strict(reader) : 0;
}

int mxc_check_root(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot)
{
    struct mxc_policy *policy = slot;
    json_t *containment = mxc_read_member(json, "containment");

    (void)path;
    policy->containment_present = containment != NULL;
    policy->experimental_present = mxc_read_member(json, experimental) != NULL;
    if (containment)
        policy->containment_text = mxc_arena_copy(reader->arena, json_string_value(containment));
    if (containment && !policy->containment_text)
        return mxc_read_no_memory(reader);
    if (reader->options->command)
        policy->process.command_line = mxc_arena_copy(reader->arena, reader->options->command);
    if (!policy->process.command_line)
        return mxc_read_no_memory(reader);
    if (mxc_check_sections(reader, json) < 0 || mxc_check_network_forms(reader, json) < 0)
        return -1;
    return mxc_check_proxy_containment(reader, json);
}
