/* SPDX-License-Identifier: MIT */
/* Which rules are about a name. */
#include <string.h>

#include "net/blob.h"
#include "net/rules.h"

#define LONGEST 253

static bool find(const struct mxc_ruleset *rules, const struct mxc_rules_names *names,
                 const char *text, uint32_t *out)
{
    uint32_t low = 0, high = names->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(rules->text + names->items[middle].text, text);

        if (order == 0) {
            *out = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* What the lists say about one text, a name or "*.name". */
static void look_up(const struct mxc_ruleset *rules, const char *text, struct mxc_name_ruling *out)
{
    uint32_t index;

    if (find(rules, &rules->deny_names, text, &index)) {
        out->denied = true;
        if (rules->deny_names.items[index].rule < out->rule)
            out->rule = rules->deny_names.items[index].rule;
    }
    if (find(rules, &rules->allow_names, text, &index) && out->count < MXC_NAME_PATTERNS)
        out->pins[out->count++] = index;
}

void mxc_rules_names(const struct mxc_ruleset *rules, const char *name, struct mxc_name_ruling *out)
{
    char pattern[LONGEST + 3] = "*";

    memset(out, 0, sizeof *out);
    out->rule = MXC_NO_RULE;
    if (!*name || strlen(name) > LONGEST || *name == '*')
        return;
    look_up(rules, name, out);
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        memcpy(pattern + 1, dot, strlen(dot) + 1);
        look_up(rules, pattern, out);
    }
    out->resolves = !out->denied && (out->count || rules->header->flags & MXC_RULES_RESOLVES_ALL);
}
