/* SPDX-License-Identifier: MIT */
/* mxc schema: the policy format for editors, validators and readers. */
#include "backend/backend.h"
#include "cli/verbs.h"
#include "net/event.h"
#include "policy/schema.h"

struct schema_options {
    const char *version;
    bool list;
    bool markdown;
    bool typescript;
};

static const struct mxc_option options[] = {
    { "version", MXC_OPTION_TEXT, offsetof(struct schema_options, version), "V",
      "print the JSON Schema of this version: 0.7, 1.0.0, current", MXC_COMPLETE_WORDS,
      "0.4 0.5 0.6 0.7 0.8 0.9 1.0.0 1.1.0-alpha current" },
    { "list", MXC_OPTION_FLAG, offsetof(struct schema_options, list), NULL,
      "print the versions that can be given", MXC_COMPLETE_NONE, NULL },
    { "markdown", MXC_OPTION_FLAG, offsetof(struct schema_options, markdown), NULL,
      "print the reference of all keys as Markdown", MXC_COMPLETE_NONE, NULL },
    { "typescript", MXC_OPTION_FLAG, offsetof(struct schema_options, typescript), NULL,
      "print types of policies and results for TypeScript", MXC_COMPLETE_NONE, NULL },
    { 0 }
};

static const struct mxc_example examples[] = {
    { "Schema for an editor", "mxc schema --version 1.0.0 >mxc-1.0.0.schema.json" },
    { "The reference of all keys", "mxc schema --markdown" },
    { 0 }
};

/* type NAME = 'a' | 'b'; */
static void add_union(struct mxc_buf *out, const char *about, const char *name,
                      const char *const *texts, size_t count)
{
    mxc_buf_format(out, "\n/** %s */\nexport type %s =", about, name);
    for (size_t i = 0; i < count; i++)
        mxc_buf_format(out, "\n  | '%s'", texts[i]);
    mxc_buf_add(out, ";\n");
}

/* What the entries of 'denials' in a result say. */
static void add_denials(struct mxc_buf *out)
{
    static const char *const kinds[] = {
#define TEXT(name, wire) wire,
        MXC_NET_KINDS(TEXT)
    };
    static const char *const whys[] = { MXC_NET_WHYS(TEXT) };
    static const char *const protocols[] = { MXC_NET_PROTOCOLS(TEXT) };
#undef TEXT

    add_union(out, "What the policy refused.", "DenialKind", kinds, sizeof kinds / sizeof *kinds);
    /* Without the first one, which is not told. */
    add_union(out, "Why it was refused.", "DenialReason", whys + 1, sizeof whys / sizeof *whys - 1);
    add_union(out, "The protocol of a flow that was refused.", "DenialProtocol", protocols,
              sizeof protocols / sizeof *protocols);
}

static void add_typescript(struct mxc_buf *out)
{
    static const char *const codes[] = {
#define TEXT(wire) wire,
        MXC_WIRE_CODES(TEXT)
#undef TEXT
    };
    static const char *const reasons[] = {
#define TEXT(name, text) text,
        MXC_REASONS(TEXT)
#undef TEXT
    };

    mxc_buf_add(out,
                "// SPDX-License-Identifier: MIT\n// Printed by 'mxc schema --typescript' from "
                "the tables of the executor. Do not edit.\n");
    add_union(out, "What went wrong: a closed set.", "ErrorCode", codes,
              sizeof codes / sizeof *codes);
    add_union(out, "Why a run ended.", "Reason", reasons, sizeof reasons / sizeof *reasons);
    add_denials(out);
    mxc_schema_typescript(out);
}

static int schema_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    const struct schema_options *chosen = given;
    enum mxc_version version = MXC_V_CURRENT;
    auto_buf text = { 0 };
    struct mxc_err err;

    (void)args;
    if ((chosen->version != NULL) + chosen->list + chosen->markdown + chosen->typescript != 1)
        return mxc_cli_usage(cli, "give one of --version V, --list, --markdown, --typescript");
    if (chosen->version && mxc_version_parse(chosen->version, &version, &err) < 0)
        return mxc_cli_fail(cli, NULL, &err);
    if (chosen->version)
        mxc_schema_json(version, &text);
    if (chosen->markdown)
        mxc_schema_markdown(&text);
    if (chosen->typescript)
        add_typescript(&text);
    for (unsigned bit = 1; chosen->list && bit <= MXC_V_ALL; bit <<= 1)
        mxc_buf_format(&text, "%s\n", mxc_version_name((enum mxc_version)bit));
    return mxc_cli_print(cli, &text, 0);
}

const struct mxc_command mxc_command_schema = {
    .name = "schema",
    .main = schema_main,
    .summary = "print the policy format",
    .usage = "--version V\n--list\n--markdown\n--typescript",
    .description =
        "Prints the JSON Schema (draft 2020-12) of one policy version, the reference of all keys, "
        "or "
        "types for TypeScript. All come from the tables that the policy reader itself uses.",
    .syntax = { options, 0, false, false },
    .options_size = sizeof(struct schema_options),
    .examples = examples,
};
