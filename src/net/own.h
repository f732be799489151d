/* SPDX-License-Identifier: MIT */
/* The addresses that are the host's now: those that it has, and all that its routes deliver to
 * itself. */
#ifndef MXC_NET_OWN_H
#define MXC_NET_OWN_H

#include <stdbool.h>

#include "base/err.h"
#include "net/spans.h"

struct mxc_own {
    int changes; /* readable: something changed, see mxc_own_refresh() */
    int dump;
    struct mxc_spans spans; /* settled */
};

/* Begins to listen for changes, and reads what belongs to the caller's network namespace. A host
 * with more separate spans than surely fit (half of MXC_SPANS_MAX) may be refused rather than some
 * of them left open. On failure the descriptors that were opened stay in '*out': the process
 * ends. */
int mxc_own_open(struct mxc_own *out, struct mxc_err *err);
/* After 'changes' became readable: reads everything again where that may matter; 'changed' is
 * whether 'spans' did. On failure they are not known any more, and the caller must end. */
int mxc_own_refresh(struct mxc_own *own, bool *changed, struct mxc_err *err);

#endif
