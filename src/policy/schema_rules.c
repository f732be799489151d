/* SPDX-License-Identifier: MIT */
/* The rules of network.c and sections.c once more, as JSON Schema; a test compares the verdicts.
 * Texts are written with ' in place of ", and P() means "is present and not null". */
#include "policy/schema_rules.h"

#include <stdlib.h>
#include <string.h>

#include "policy/fields.h"
#include "policy/sections.h"

#define P(key) "{'required':['" key "'],'properties':{'" key "':{'not':{'type':'null'}}}}"
#define IN(key, of)                                                                                \
    "{'required':['" key "'],'properties':{'" key "':{'type':'object','allOf':[" of "]}}}"
#define ANY(list) "{'anyOf':[" list "]}"

static const char port_rules[] = "[{'if':" P("endPort") ",'then':" P(
    "port") "},"
            " {'if':{'required':['protocol'],'properties':{'protocol':{'const':'icmp'}}},"
            "  'then':{'not':" ANY(P("port") "," P("endPort")) "}}]";

static const char peer_rules[] = "[{'if':{'type':'object'},'then':{'oneOf':[" P("cidr") "," P(
    "host") "]}},"
            " {'if':" P("except") ",'then':" P("cidr") "}]";

static const char proxy_rules[] =
    "[{'if':{'type':'object'},"
    "  'then':{'oneOf':[" P("builtinTestServer") "," P("localhost") "," P("url") "]}}]";

#define LEGACY                                                                                     \
    ANY(P("defaultPolicy") "," P("enforcementMode") "," P("allowLocalNetwork") "," P(              \
        "allowedHosts") "," P("blockedHosts") "," P("proxy"))
#define DIRECTIONAL                                                                                \
    ANY(IN("network", ANY(P("egress") "," P("ingress"))) "," P("runtimeConfig") "," IN(            \
        "processContainer", P("network")) "," IN("appContainer", P("network")))

/* The two forms of the network are not mixed. */
static const char mix_rule[] = "{'not':{'allOf':[" IN("network", LEGACY) "," DIRECTIONAL "]}}";

/* What an external proxy leaves room for, where it replaces all other rules. */
static const char strict_rule[] = "{'if':{'allOf':[" IN(
    "network",
    P("proxy")) ","
                " {'properties':{'containment':{'enum':[null,'process','native','bubblewrap']}}}]},"
                "'then':{'properties':{'network':{"
                " 'properties':{'enforcementMode':{'enum':['capabilities',null]}},"
                " 'if':" IN("proxy", ANY(P("localhost") "," P(
                                         "url"))) ","
                                                  " 'then':{'required':['defaultPolicy'],'"
                                                  "properties':{'defaultPolicy':{'const':'allow'},"
                                                  "  "
                                                  "'allowedHosts':{'maxItems':0},'blockedHosts':{'"
                                                  "maxItems':0}}}}}}}";

static const char runtime_rule[] = "{'if':" IN(
    "runtimeConfig",
    P("networkProxy")) ","
                       "'then':{'properties':{'network':{'properties':{'egress':{'properties':{"
                       " 'default':{'enum':['deny',null]},'allow':{'maxItems':0},'deny':{'maxItems'"
                       ":0}}}}}}}}";

static json_t *load(const char *text)
{
    size_t length = strlen(text);
    char *copy = malloc(length + 1);
    json_t *json;

    if (!copy)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    json = json_loads(copy, 0, NULL);
    free(copy);
    return json;
}

json_t *mxc_rules_port(enum mxc_version version)
{
    (void)version;
    return load(port_rules);
}

json_t *mxc_rules_peer(enum mxc_version version)
{
    (void)version;
    return load(peer_rules);
}

json_t *mxc_rules_proxy(enum mxc_version version)
{
    (void)version;
    return load(proxy_rules);
}

/* The spellings of the containments in 'set' that a version has. */
static json_t *containments(unsigned set, enum mxc_version version)
{
    json_t *names = json_array();

    for (const struct mxc_choice *choice = mxc_containment_choices; choice->name; choice++)
        if (choice->versions & version && set & 1u << choice->value)
            (void)json_array_append_new(names, json_string(choice->name));
    return names;
}

/* "Is present", as a schema. */
static json_t *present(const char *key)
{
    return json_pack("{s:[s], s:{s:{s:{s:s}}}}", "required", key, "properties", key, "not", "type",
                     "null");
}

static json_t *section_rule(const struct mxc_section *section, enum mxc_version version)
{
    json_t *is = present(section->key);

    if (section->parent)
        is = json_pack("{s:[s], s:{s:{s:s, s:[o]}}}", "required", section->parent, "properties",
                       section->parent, "type", "object", "allOf", is);
    return json_pack("{s:o, s:{s:[s], s:{s:{s:o}}}}", "if", is, "then", "required", "containment",
                     "properties", "containment", "enum",
                     containments(1u << section->containment, version));
}

static json_t *alias_rule(const struct mxc_section *section)
{
    return json_pack("{s:{s:[o,o]}}", "not", "allOf", present(section->key),
                     present(section->alias_of));
}

/* network.proxy with a containment that cannot have one. */
static json_t *proxy_rule(enum mxc_version version)
{
    json_t *with_proxy = load(IN("network", P("proxy")));

    return json_pack("{s:o, s:{s:{s:[s], s:{s:{s:o}}}}}", "if", with_proxy, "then", "not",
                     "required", "containment", "properties", "containment", "enum",
                     containments(~mxc_proxy_containments(), version));
}

json_t *mxc_rules_root(enum mxc_version version)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < mxc_section_count; i++) {
        if (!(mxc_sections[i].versions & version))
            continue;
        (void)json_array_append_new(rules, section_rule(&mxc_sections[i], version));
        if (mxc_sections[i].alias_of)
            (void)json_array_append_new(rules, alias_rule(&mxc_sections[i]));
    }
    if (version & MXC_V_LEGACY) {
        (void)json_array_append_new(rules, proxy_rule(version));
        (void)json_array_append_new(rules, load(strict_rule));
    }
    if (version & MXC_V_LEGACY & MXC_V_FROM_0_8)
        (void)json_array_append_new(rules, load(mix_rule));
    if (version & MXC_V_FROM_0_8)
        (void)json_array_append_new(rules, load(runtime_rule));
    return rules;
}
