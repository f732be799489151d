/* SPDX-License-Identifier: MIT */
/* The one error object. Every function that can fail returns 0 or -1 and fills it. */
#ifndef MXC_BASE_ERR_H
#define MXC_BASE_ERR_H

/* One row per code: C name, wire text (the closed set that clients know), exit status.
 * Documentation and TypeScript are printed from it. */
#define MXC_CODES(X)                                                                               \
    X(OK, "ok", 0)                                                                                 \
    X(USAGE, "malformed_request", 2)             /* the command line is wrong */                   \
    X(BAD_POLICY, "malformed_request", 1)        /* unreadable text, unknown key, wrong type */    \
    X(UNSUPPORTED, "unsupported_containment", 1) /* this program has no such backend */            \
    X(POLICY_REFUSED, "policy_validation", 255)  /* well formed, cannot be honoured here */        \
    X(UNAVAILABLE, "backend_unavailable", 255)   /* the host lacks what the backend needs */       \
    X(BACKEND, "backend_error", 255)             /* set-up or supervision failed */

/* The closed set of wire texts that clients know, in their order; MXC_CODES uses some of them, the
 * others belong to the lifecycle. */
#define MXC_WIRE_CODES(X)                                                                          \
    X("malformed_request")                                                                         \
    X("unsupported_containment")                                                                   \
    X("unsupported_phase")                                                                         \
    X("backend_unavailable")                                                                       \
    X("malformed_id")                                                                              \
    X("stale_id")                                                                                  \
    X("not_provisioned")                                                                           \
    X("not_started")                                                                               \
    X("already_started")                                                                           \
    X("already_stopped")                                                                           \
    X("policy_validation")                                                                         \
    X("backend_error")

enum mxc_code {
#define MXC_CODE_ENUM(name, wire, status) MXC_##name,
    MXC_CODES(MXC_CODE_ENUM)
#undef MXC_CODE_ENUM
};

/* Fixed size and without pointers, so that a child can send it through a pipe in one write. */
struct mxc_err {
    enum mxc_code code;
    int sys;    /* errno, HRESULT or 0 */
    int line;   /* 1-based position in the policy text; 0 when there is none */
    int column; /* 1-based, in bytes */
    char
        where[256]; /* JSON pointer ("/process/env/2"), or the call that failed ("mount_setattr") */
    char text[512]; /* one line, lower case, no final stop */
};

/* Fills 'err' (may be NULL) and returns -1, so that callers write "return mxc_fail(...)".
 * What could steer a terminal or end the line is replaced by '?'; too long a text is cut. */
int mxc_fail(struct mxc_err *err, enum mxc_code code, int sys, const char *where,
             const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Copies an error that came from a process that may be hostile: the code is one that a backend may
 * give (else MXC_BACKEND), the texts end, are not empty, and hold what mxc_fail() lets through. */
void mxc_err_take(const struct mxc_err *from, struct mxc_err *out);

/* The wire text ("policy_validation") and the exit status of a code. Static storage. */
const char *mxc_code_text(enum mxc_code code);
int mxc_code_status(enum mxc_code code);

#endif
