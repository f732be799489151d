/* SPDX-License-Identifier: MIT */
/* The backends that this build has. */
#include "backend/backend.h"

const struct mxc_backend *const mxc_backends[] = {
    &mxc_backend_native,
    NULL,
};
