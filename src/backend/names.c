/* SPDX-License-Identifier: MIT */
/* Texts of the closed sets of backend.h. */
#include "backend/backend.h"

static const char *const reasons[] = {
#define MXC_REASON_TEXT(name, text) [MXC_REASON_##name] = text,
    MXC_REASONS(MXC_REASON_TEXT)
#undef MXC_REASON_TEXT
};

static const struct mxc_feature features[] = {
#define MXC_FEATURE_ROW(name, text, pointer) [MXC_FEATURE_##name] = { text, pointer },
    MXC_FEATURES(MXC_FEATURE_ROW)
#undef MXC_FEATURE_ROW
};

const char *mxc_reason_text(enum mxc_reason reason)
{
    return reasons[reason];
}

const struct mxc_feature *mxc_feature(enum mxc_feature_index index)
{
    return &features[index];
}
