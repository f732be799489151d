/* SPDX-License-Identifier: MIT */
/* Turns the table of system calls into a filter program.
 *
 * Shape: architecture, x32 bit, then a balanced binary search over ranges of numbers that share one
 * verdict, then one block for each argument check. The search uses nothing but comparisons of the
 * number, so Linux 5.11 and newer recognise calls that are always allowed and skip the filter for
 * them. All jumps go forward. */
#include "seccomp_compile.h"

#include <string.h>

/* Codes of classic BPF: load a word of the call's data, and, jump, return. */
enum {
    LOAD = 0x20,
    AND = 0x54,
    JUMP = 0x05,
    EQUAL = 0x15,
    ABOVE = 0x25,
    FROM = 0x35,
    BITS = 0x45,
    RETURN = 0x06
};

/* Offsets in struct seccomp_data; both architectures are little-endian. */
enum { AT_NUMBER = 0, AT_ARCH = 4, AT_ARGUMENTS = 16 };

#define NUMBERS 1024 /* all known numbers are below; the rest is one range */

struct range {
    uint32_t first;
    enum mxc_seccomp_verdict verdict;
};

static const uint32_t returns[] = {
#define ROW(name, value, text) [MXC_CALL_##name] = (value),
    MXC_SECCOMP_VERDICTS(ROW)
#undef ROW
};

static const uint32_t audit_arches[] = {
#define ROW(name, text, audit) [MXC_SECCOMP_##name] = (audit),
    MXC_SECCOMP_ARCHES(ROW)
#undef ROW
};

static void fail(struct seccomp_code *code, const char *error)
{
    if (!code->error)
        code->error = error;
}

static void add(struct seccomp_code *code, struct seccomp_insn insn)
{
    if (code->count == SECCOMP_CODE_MAX) {
        fail(code, "program too long");
        return;
    }
    code->items[code->count++] = insn;
}

static bool is_check(enum mxc_seccomp_verdict verdict)
{
    return verdict >= MXC_CALL_FINAL_COUNT;
}

/* Returns the verdict, or jumps to a check that is placed later. */
static void add_verdict(struct seccomp_code *code, enum mxc_seccomp_verdict verdict)
{
    if (!is_check(verdict)) {
        add(code, (struct seccomp_insn){ RETURN, 0, 0, returns[verdict] });
        return;
    }
    if (code->count < SECCOMP_CODE_MAX)
        code->check_of[code->count] = (uint8_t)verdict;
    add(code, (struct seccomp_insn){ JUMP, 0, 0, 0 });
}

static void add_prologue(struct seccomp_code *code, enum mxc_seccomp_arch arch)
{
    add(code, (struct seccomp_insn){ LOAD, 0, 0, AT_ARCH });
    add(code, (struct seccomp_insn){ EQUAL, 1, 0, audit_arches[arch] });
    add_verdict(code, MXC_CALL_KILL);
    add(code, (struct seccomp_insn){ LOAD, 0, 0, AT_NUMBER });
}

static size_t make_ranges(enum mxc_seccomp_arch arch, struct range *out, struct seccomp_code *code)
{
    enum mxc_seccomp_verdict verdicts[NUMBERS];
    bool known[NUMBERS] = { false };
    size_t count = 0;

    for (size_t i = 0; i < NUMBERS; i++)
        verdicts[i] = MXC_CALL_ENOSYS;
    for (size_t i = 0; i < mxc_seccomp_call_count; i++) {
        int number = mxc_seccomp_calls[i].number[arch];

        if (number < 0)
            continue;
        if (number >= NUMBERS - 1 || known[number]) {
            fail(code, mxc_seccomp_calls[i].name);
            return 0;
        }
        known[number] = true;
        verdicts[number] = mxc_seccomp_calls[i].verdict;
    }
    for (uint32_t i = 0; i < NUMBERS; i++)
        if (i == 0 || verdicts[i] != verdicts[i - 1])
            out[count++] = (struct range){ i, verdicts[i] };
    /* The last number itself is unknown, so its range reaches to the end. Numbers of x32 are killed;
     * -1 is what tracers and probing programs use for "no call". */
    if (arch == MXC_SECCOMP_X86_64) {
        out[count++] = (struct range){ MXC_SECCOMP_X32, MXC_CALL_KILL };
        out[count++] = (struct range){ UINT32_MAX, MXC_CALL_ENOSYS };
    }
    return count;
}

/* The accumulator holds the number. */
static void add_search(struct seccomp_code *code, const struct range *ranges, size_t count)
{
    if (count == 1) {
        add_verdict(code, ranges[0].verdict);
        return;
    }
    size_t half = count / 2;
    size_t jump = code->count;

    add(code, (struct seccomp_insn){ FROM, 0, 0, ranges[half].first });
    add_search(code, ranges, half);
    size_t distance = code->count - jump - 1;
    if (distance > UINT8_MAX) {
        fail(code, "search tree too wide for a short jump");
        return;
    }
    code->items[jump].yes = (uint8_t)distance;
    add_search(code, ranges + half, count - half);
}

/* Loads what the case compares, unless the accumulator already has it. */
static void add_load(struct seccomp_code *code, const struct mxc_seccomp_case *now,
                     const struct mxc_seccomp_case *before)
{
    if (before && before->argument == now->argument && before->high == now->high &&
        before->mask == now->mask)
        return;
    add(code, (struct seccomp_insn){ LOAD, 0, 0,
                                     AT_ARGUMENTS + 8u * now->argument + (now->high ? 4u : 0u) });
    if (now->mask)
        add(code, (struct seccomp_insn){ AND, 0, 0, now->mask });
}

static void add_case(struct seccomp_code *code, const struct mxc_seccomp_case *now)
{
    static const struct seccomp_insn tests[] = {
        [MXC_SECCOMP_EQUAL] = { EQUAL, 0, 1, 0 },
        [MXC_SECCOMP_UPTO] = { ABOVE, 1, 0, 0 },
        [MXC_SECCOMP_ANY_BIT] = { BITS, 0, 1, 0 },
    };
    struct seccomp_insn test = tests[now->op];

    test.k = now->value;
    add(code, test);
    add_verdict(code, now->verdict);
}

static void add_check(struct seccomp_code *code, const struct mxc_seccomp_check *check)
{
    for (size_t i = 0; i < check->count; i++) {
        add_load(code, &check->cases[i], i ? &check->cases[i - 1] : NULL);
        add_case(code, &check->cases[i]);
    }
    add_verdict(code, check->otherwise);
}

/* Lets the jumps that wait for this check land here. False when there are none: a check of calls that the
 * architecture lacks. */
static bool land(struct seccomp_code *code, enum mxc_seccomp_verdict verdict)
{
    bool landed = false;

    for (size_t i = 0; i < code->count; i++) {
        if (code->check_of[i] != verdict)
            continue;
        code->items[i].k = (uint32_t)(code->count - i - 1);
        code->check_of[i] = 0;
        landed = true;
    }
    return landed;
}

int seccomp_compile(enum mxc_seccomp_arch arch, struct seccomp_code *out)
{
    static struct range ranges[NUMBERS + 2];

    memset(out, 0, sizeof *out);
    add_prologue(out, arch);
    size_t count = make_ranges(arch, ranges, out);
    if (!out->error)
        add_search(out, ranges, count);
    for (size_t i = 0; i < MXC_SECCOMP_CHECK_COUNT && !out->error; i++) {
        if (land(out, (enum mxc_seccomp_verdict)(MXC_CALL_FINAL_COUNT + i)))
            add_check(out, &mxc_seccomp_checks[i]);
    }
    for (size_t i = 0; i < out->count; i++)
        if (out->check_of[i])
            fail(out, "a check leads to itself or to one above it");
    return out->error ? -1 : 0;
}
