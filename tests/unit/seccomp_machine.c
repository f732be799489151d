/* SPDX-License-Identifier: MIT */
/* The instructions that our compiler may use, and no others. */
#include "seccomp_machine.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOAD = BPF_LD | BPF_W | BPF_ABS,
    AND = BPF_ALU | BPF_AND | BPF_K,
    JUMP = BPF_JMP | BPF_JA,
    EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
    ABOVE = BPF_JMP | BPF_JGT | BPF_K,
    FROM = BPF_JMP | BPF_JGE | BPF_K,
    BITS = BPF_JMP | BPF_JSET | BPF_K,
    RETURN = BPF_RET | BPF_K,
};

/* Marks what can be reached from one instruction. */
static const char *follow(const struct machine_program *program, size_t i, bool *reached)
{
    const struct sock_filter *insn = &program->code[i];
    size_t next[2] = { i + 1, i + 1 };

    switch (insn->code) {
    case RETURN:
        return NULL;
    case LOAD:
        if (insn->k % 4 || insn->k > sizeof(struct seccomp_data) - 4)
            return "load outside of the call's data";
        break;
    case AND:
        break;
    case JUMP:
        if (insn->k >= program->length)
            return "jump too far";
        next[0] = next[1] = i + 1 + insn->k;
        break;
    case EQUAL:
    case ABOVE:
    case FROM:
    case BITS:
        next[0] += insn->jt;
        next[1] += insn->jf;
        break;
    default:
        return "unknown instruction";
    }
    if (next[0] >= program->length || next[1] >= program->length)
        return "runs off the end";
    reached[next[0]] = reached[next[1]] = true;
    return NULL;
}

const char *machine_check(const struct machine_program *program, size_t *at)
{
    bool reached[BPF_MAXINSNS] = { true };

    *at = 0;
    if (program->length == 0 || program->length > BPF_MAXINSNS)
        return "bad length";
    for (size_t i = 0; i < program->length; i++) {
        const char *wrong = reached[i] ? follow(program, i, reached) : "cannot be reached";

        *at = i;
        if (wrong)
            return wrong;
    }
    return NULL;
}

static bool holds(const struct sock_filter *insn, uint32_t a)
{
    switch (insn->code) {
    case EQUAL:
        return a == insn->k;
    case ABOVE:
        return a > insn->k;
    case FROM:
        return a >= insn->k;
    case BITS:
        return (a & insn->k) != 0;
    default:
        abort(); /* machine_check() has seen the program */
    }
}

struct machine_result machine_run(const struct machine_program *program,
                                  const struct seccomp_data *data)
{
    struct machine_result result = { 0 };
    uint32_t a = 0;

    for (size_t i = 0;; i++) {
        const struct sock_filter *insn = &program->code[i];

        result.steps++;
        if (insn->code == RETURN) {
            result.value = insn->k;
            return result;
        }
        if (insn->code == LOAD) {
            memcpy(&a, (const char *)data + insn->k, sizeof a);
            result.looks_at_arguments |= insn->k >= offsetof(struct seccomp_data, args);
        } else if (insn->code == AND) {
            a &= insn->k;
        } else if (insn->code == JUMP) {
            i += insn->k;
        } else {
            i += holds(insn, a) ? insn->jt : insn->jf;
        }
    }
}
