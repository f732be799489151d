/* SPDX-License-Identifier: MIT */
/* Regular expressions (ECMA 262) for the schemas: as near to cidr.c, url.c and rules.c as they can
 * come. Private to the field tables. */
#ifndef MXC_POLICY_PATTERNS_H
#define MXC_POLICY_PATTERNS_H

#define MXC_RE_OCTET "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define MXC_RE_V4    "(" MXC_RE_OCTET "\\.){3}" MXC_RE_OCTET
#define MXC_RE_V6    "[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"

/* An address or network. */
#define MXC_RE_CIDR                                                                                \
    "(" MXC_RE_V4 "(/0*([0-9]|[12][0-9]|3[0-2]))?|" MXC_RE_V6                                      \
    "(/0*([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?)"

/* A host name: the last label is no number. */
#define MXC_RE_LABEL "[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?"
#define MXC_RE_NAME                                                                                \
    "(" MXC_RE_LABEL "\\.)*(?!([0-9]+|0[Xx][0-9A-Za-z_-]*)\\.?([:/?#]|$))" MXC_RE_LABEL "\\.?"

/* A name of a rule: no dot at its end, perhaps "*." before it. */
#define MXC_RE_HOST                                                                                \
    "^(?=(\\*\\.)?.{1,253}$)(\\*\\.)?(" MXC_RE_LABEL                                               \
    "\\.)*(?!([0-9]+|0[Xx][0-9A-Za-z_-]*)$)" MXC_RE_LABEL "$"

#define MXC_RE_PORT                                                                                \
    "0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
#define MXC_RE_LOOPBACK "([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\\.0\\.0\\.1|\\[::1\\])"

/* A proxy URL with this host. */
#define MXC_RE_HTTP "[Hh][Tt][Tt][Pp]"
#define MXC_RE_URL(host)                                                                           \
    "^(?!" MXC_RE_HTTP "://[^/?#]*:0*80([/?#]|$))(?!" MXC_RE_HTTP                                  \
    "[Ss]://[^/?#]*:0*443([/?#]|$))" MXC_RE_HTTP "[Ss]?://" host ":" MXC_RE_PORT                   \
    "([/?#][!#-&(-;=?-Z\\[\\]_a-z~]*)?$"

/* A path: not blank, no quote, no NUL. */
#define MXC_RE_PATH "^(?=[\\s\\S]*[^ \\t\\n\\u000b\\f\\r])[^\"\\u0000]*$"

#endif
