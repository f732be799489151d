/* SPDX-License-Identifier: MIT */
/* mxc probe: what this host can enforce, and what to do about each "no". */
#include "backend/backend.h"
#include "cli/verbs.h"

struct probe_options {
    bool json;
};

static const struct mxc_option options[] = { { "json", MXC_OPTION_FLAG,
                                               offsetof(struct probe_options, json), NULL,
                                               "print one JSON object", MXC_COMPLETE_NONE, NULL },
                                             { 0 } };

static const struct mxc_example examples[] = { { "What can be enforced here", "mxc probe" },
                                               { "Is the default backend usable? For scripts",
                                                 "mxc probe >/dev/null && echo yes" },
                                               { 0 } };

static bool can(unsigned bits, size_t feature)
{
    return bits >> feature & 1;
}

static void add_plain(const struct mxc_backend *backend, const struct mxc_probe *probe,
                      struct mxc_buf *out)
{
    mxc_buf_format(out, "backend %s: %s\n", backend->name,
                   probe->available ? "available" : "not available");
    mxc_buf_add(out, "  policy features\n");
    for (size_t i = 0; i < MXC_FEATURE_COUNT; i++) {
        const char *answer = can(probe->can, i)     ? "yes"
                             : can(backend->can, i) ? "no, this host lacks what it needs"
                                                    : "no, this backend refuses it";

        mxc_buf_format(out, "    %-40s %s\n", mxc_feature(i)->text, answer);
    }
    mxc_buf_add(out, "  host\n");
    for (size_t i = 0; i < probe->count; i++) {
        const struct mxc_probe_item *item = &probe->items[i];

        mxc_buf_format(out, "    %-40s %s%s%s\n", item->name, item->yes ? "yes" : "no",
                       *item->detail ? ", " : "", item->detail);
        if (!item->yes && *item->remedy)
            mxc_buf_format(out, "      remedy: %s\n", item->remedy);
    }
}

static void add_features_json(unsigned backend, unsigned host, struct mxc_buf *out)
{
    for (size_t i = 0; i < MXC_FEATURE_COUNT; i++) {
        mxc_buf_add(out, i ? ",{\"feature\":" : "{\"feature\":");
        mxc_buf_json(out, mxc_feature(i)->text);
        mxc_buf_add(out, ",\"pointer\":");
        mxc_buf_json(out, mxc_feature(i)->pointer);
        mxc_buf_format(out, ",\"backend\":%s,\"host\":%s}", can(backend, i) ? "true" : "false",
                       can(host, i) ? "true" : "false");
    }
}

static void add_json(const struct mxc_backend *backend, const struct mxc_probe *probe,
                     struct mxc_buf *out)
{
    mxc_buf_add(out, "{\"name\":");
    mxc_buf_json(out, backend->name);
    mxc_buf_format(out, ",\"available\":%s,\"features\":[", probe->available ? "true" : "false");
    add_features_json(backend->can, probe->can, out);
    mxc_buf_add(out, "],\"host\":[");
    for (size_t i = 0; i < probe->count; i++) {
        const struct mxc_probe_item *item = &probe->items[i];

        mxc_buf_add(out, i ? ",{\"name\":" : "{\"name\":");
        mxc_buf_json(out, item->name);
        mxc_buf_format(out, ",\"yes\":%s,\"detail\":", item->yes ? "true" : "false");
        mxc_buf_json(out, item->detail);
        mxc_buf_add(out, ",\"remedy\":");
        mxc_buf_json(out, item->remedy);
        mxc_buf_add(out, "}");
    }
    mxc_buf_add(out, "]}");
}

static int probe_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    const struct probe_options *chosen = given;
    bool available = false;
    auto_buf text = { 0 };
    struct mxc_err err;

    (void)args;
    mxc_buf_add(&text, chosen->json ? "{\"backends\":[" : "");
    for (size_t i = 0; mxc_backends[i]; i++) {
        struct mxc_probe probe = { 0 };

        if (mxc_backends[i]->probe(&probe, &err) < 0)
            return mxc_cli_fail(cli, NULL, &err);
        mxc_buf_add(&text, chosen->json && i ? "," : "");
        (chosen->json ? add_json : add_plain)(mxc_backends[i], &probe, &text);
        available |= i == 0 && probe.available;
    }
    mxc_buf_add(&text, chosen->json ? "]}\n" : "");
    return mxc_cli_print(cli, &text, available ? 0 : 1);
}

const struct mxc_command mxc_command_probe = {
    .name = "probe",
    .main = probe_main,
    .summary = "tell what this host can enforce",
    .usage = "[OPTIONS]",
    .description =
        "Looks at the host and prints, for each backend, which policy features it can "
        "enforce here, what of the host it found, and a remedy for each 'no'. Nothing is "
        "changed.\n\n"
        "Exit status: 0 when the default backend can run here, else 1.",
    .syntax = { options, 0, false, false },
    .options_size = sizeof(struct probe_options),
    .examples = examples,
};
