/* SPDX-License-Identifier: MIT */
/* Prints every field of a policy. */
#include "policy_print.h"

static void print_text(struct mxc_buf *out, const char *name, const char *text)
{
    mxc_buf_format(out, "%s=", name);
    if (text)
        mxc_buf_json(out, text);
    mxc_buf_add(out, "\n");
}

static void print_number(struct mxc_buf *out, const char *name, unsigned long long value)
{
    mxc_buf_format(out, "%s=%llu\n", name, value);
}

static void print_list(struct mxc_buf *out, const char *name, const struct mxc_strings *list)
{
    print_number(out, name, list->count);
    for (size_t i = 0; i < list->count; i++)
        print_text(out, name, list->items[i]);
}

static void print_cidr(struct mxc_buf *out, const char *name, const struct mxc_cidr *cidr)
{
    mxc_buf_format(out, "%s=%u/%u ", name, cidr->family, cidr->bits);
    for (size_t i = 0; i < sizeof cidr->address; i++)
        mxc_buf_format(out, "%02x", cidr->address[i]);
    mxc_buf_add(out, "\n");
}

static void print_rules(struct mxc_buf *out, const char *name, const struct mxc_rules *rules)
{
    print_number(out, name, rules->count);
    for (size_t i = 0; i < rules->count; i++) {
        const struct mxc_rule *rule = &rules->items[i];

        print_number(out, "to", rule->to_count);
        for (size_t k = 0; k < rule->to_count; k++) {
            print_cidr(out, "cidr", &rule->to[k].cidr);
            print_text(out, "host", rule->to[k].host);
            for (size_t n = 0; n < rule->to[k].except_count; n++)
                print_cidr(out, "except", &rule->to[k].except[n]);
        }
        print_number(out, "ports", rule->port_count);
        for (size_t k = 0; k < rule->port_count; k++)
            mxc_buf_format(out, "port=%d %u-%u\n", (int)rule->ports[k].protocol,
                           rule->ports[k].first, rule->ports[k].last);
    }
}

static void print_network(const struct mxc_network *network, struct mxc_buf *out)
{
    mxc_buf_format(out, "form=%d defaultAllow=%d enforcement=%d local=%d\n", (int)network->form,
                   network->default_allow, (int)network->enforcement, network->allow_local);
    print_list(out, "allowedHosts", &network->allowed_hosts);
    print_list(out, "blockedHosts", &network->blocked_hosts);
    mxc_buf_format(out, "egress=%d ingress=%d hostLoopback=%d\n", network->egress_allow,
                   network->ingress_allow, network->host_loopback_allow);
    for (size_t i = 0; i < network->publish_count; i++) {
        const struct mxc_publish *publish = &network->publish[i];

        mxc_buf_format(out, "publish %u %u loopback=%d\n", publish->port, publish->host_port,
                       publish->loopback);
        print_cidr(out, "at", &publish->host_address);
    }
    print_rules(out, "allow", &network->allow);
    print_rules(out, "deny", &network->deny);
    print_text(out, "proxy", network->proxy_url);
    print_text(out, "proxyPointer", network->proxy_pointer);
    print_number(out, "builtin", network->proxy_builtin);
}

static void print_process(const struct mxc_process *process, struct mxc_buf *out)
{
    print_text(out, "command", process->command_line);
    print_text(out, "cwd", process->cwd);
    print_list(out, "env", &process->env);
    mxc_buf_format(out, "envPresent=%d inherit=%d timeout=%u\n", process->env_present,
                   process->inherit_default_env, process->timeout_ms);
}

static void print_limits(const struct mxc_limits *limits, struct mxc_buf *out)
{
    mxc_buf_format(out, "limits=%u %u %u %u %u %u %u\n", limits->memory_mb, limits->processes,
                   limits->cpu_percent, limits->open_files, limits->file_size_mb, limits->tmp_mb,
                   limits->output_mb);
}

void policy_print(const struct mxc_policy *policy, struct mxc_buf *out)
{
    print_number(out, "version", policy->version);
    print_text(out, "versionText", policy->version_text);
    print_text(out, "containerId", policy->container_id);
    print_number(out, "containment", policy->containment);
    print_text(out, "containmentText", policy->containment_text);
    mxc_buf_format(out, "present=%d experimental=%d\n", policy->containment_present,
                   policy->experimental_present);
    print_process(&policy->process, out);
    print_list(out, "readwrite", &policy->filesystem.readwrite);
    print_list(out, "readonly", &policy->filesystem.readonly);
    print_list(out, "denied", &policy->filesystem.denied);
    print_network(&policy->network, out);
    mxc_buf_format(out, "ui=%d %d %d %d\n", policy->ui.present, policy->ui.disable,
                   (int)policy->ui.clipboard, policy->ui.injection);
    print_limits(&policy->limits, out);
    mxc_buf_format(out, "lifecycle=%d %d\n", policy->destroy_on_exit, policy->preserve_policy);
    print_text(out, "distribution", policy->lxc_distribution);
    print_text(out, "release", policy->lxc_release);
    print_list(out, "extensions", &policy->extensions);
}
