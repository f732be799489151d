/* SPDX-License-Identifier: MIT */
/* The rules of "mxc check": identity, severity and words. Ids are stable. */
#include "plan/lint_private.h"

#define INFO    MXC_SEVERITY_INFO
#define WARNING MXC_SEVERITY_WARNING
#define ERROR   MXC_SEVERITY_ERROR

const struct mxc_lint_rule mxc_lint_rules[] = {
    [MXC_LINT_VERSION_ABSENT] = { "version-absent", INFO,
                                  "Without a version the config follows the current contract, "
                                  "whatever that is by then.",
                                  "no version is named, so the config follows the contract that is "
                                  "current when it runs",
                                  "add \"version\": \"1.0.0\"" },
    [MXC_LINT_VERSION_OLD] = { "version-old", INFO,
                               "Versions below 0.9 spell the network section in the old way, by "
                               "host names.",
                               "version {} is an old contract",
                               "move to \"version\": \"1.0.0\" and describe the network with "
                               "egress and ingress" },
    [MXC_LINT_OTHER_SYSTEM] = { "containment-other-system", INFO,
                                "The containment exists on another operating system only, and is "
                                "refused elsewhere.",
                                "containment '{}' exists only on []",
                                "use \"process\", which means the best that each system has" },
    [MXC_LINT_NO_TIMEOUT] = { "no-timeout", WARNING,
                              "A program that never ends holds its sandbox, and whoever waits for "
                              "it, for ever.",
                              "the program may run for ever",
                              "set process.timeout to some milliseconds, such as 60000" },
    [MXC_LINT_ENV_SECRET] = { "env-secret", WARNING,
                              "A variable whose name or value looks like a credential is readable "
                              "by all that runs inside.",
                              "variable {} looks like a credential, and every program inside can "
                              "read it",
                              "leave it out, or give a credential that can do only what this "
                              "program needs" },
    [MXC_LINT_URL_CREDENTIALS] = { "url-credentials", WARNING,
                                   "A variable holds a URL with a user or password in it, as proxy "
                                   "settings often do.",
                                   "variable {} holds a URL with credentials, and every program "
                                   "inside can read it",
                                   "give a URL without user and password, and let the other side "
                                   "know the sandbox otherwise" },
    [MXC_LINT_ENV_LOADER] = { "env-loader", WARNING,
                              "A variable makes every program load or run more code than its own.",
                              "variable {} changes what every program inside loads, the shell too",
                              "leave it out, or set it for one program within the command" },
    [MXC_LINT_ENV_TWICE] = { "env-twice", WARNING,
                             "The same variable is listed twice; the later one counts.",
                             "variable {} is set more than once, and only the last value counts",
                             "keep one of them" },
    [MXC_LINT_ENV_PATH] = { "env-path-relative", WARNING,
                            "PATH has an entry that is empty or relative, so a file in the working "
                            "directory can stand in "
                            "for a system program.",
                            "PATH has the entry '{}', which follows the working directory",
                            "list absolute directories only" },
    [MXC_LINT_PATH_RELATIVE] = { "path-relative", INFO,
                                 "A relative path starts where the executor happens to be started.",
                                 "'{}' is relative, so it depends on the directory that the "
                                 "executor is started in",
                                 "write an absolute path" },
    [MXC_LINT_PATH_PATTERN] = { "path-pattern", ERROR,
                                "Paths are taken literally: a pattern neither grants nor denies "
                                "what it seems to.",
                                "'{}' looks like a pattern, but paths are taken literally and no "
                                "such file exists",
                                "list the files or their directory" },
    [MXC_LINT_PATH_VARIABLE] = { "path-variable", ERROR,
                                 "Paths are taken literally: ~ and variables are not replaced.",
                                 "'{}' has a '~' or a variable, which is not replaced, and no such "
                                 "file exists",
                                 "write the whole path" },
    [MXC_LINT_PATH_TWICE] = { "path-twice", WARNING,
                              "The same object is listed more than once; denied beats read-only, "
                              "read-only beats writable.",
                              "'{}' is already listed at [], and the stricter entry wins",
                              "keep one of them" },
    [MXC_LINT_WIDE_GRANT] = { "wide-grant", ERROR,
                              "A grant covers a whole system directory; see the list below.",
                              "the grant of '{}' opens []",
                              "grant only the directories below it that the program needs" },
    [MXC_LINT_HOME_GRANT] = { "home-grant", ERROR,
                              "A grant covers the caller's whole home, with its credentials, "
                              "history and start-up files.",
                              "the grant of '{}' opens the whole home directory [], with its "
                              "credentials and start-up files",
                              "grant only the directories below it that the program needs" },
    [MXC_LINT_SHARED_TEMPORARY] = { "shared-temporary", WARNING,
                                    "A temporary directory of the host is shared: its files have "
                                    "names that others can guess. Each "
                                    "sandbox has a private /tmp anyway.",
                                    "the grant of '{}' shares a temporary directory with every "
                                    "program of the host",
                                    "leave it out, since /tmp is private, or grant one directory "
                                    "that was made for this run" },
    [MXC_LINT_BLOCK_DEVICE] = { "block-device", ERROR,
                                "A disk is granted, and with it every file on it past all path "
                                "rules.",
                                "'{}' is a disk, which holds files past every path rule",
                                "grant files or directories instead" },
    [MXC_LINT_DEVICE] = { "device", WARNING,
                          "A device is granted: its driver is open to attack, and may reach memory "
                          "or hardware.",
                          "'{}' is a device, whose driver the guest can then talk to",
                          "leave it out unless the program cannot do without it" },
    [MXC_LINT_CREDENTIALS] = { "credential-store", ERROR,
                               "A file or directory that holds credentials is granted, by itself "
                               "or within a wider grant.",
                               "the guest can read '{}', which holds []",
                               "add '{}' to deniedPaths, or grant a narrower directory" },
    [MXC_LINT_SECRET_FILE] = { "secret-file", WARNING,
                               "A file in the root of a grant usually holds secrets of a project.",
                               "the guest can read '{}', which often holds []",
                               "add '{}' to deniedPaths" },
    [MXC_LINT_CONTROL_SOCKET] = { "control-socket", ERROR,
                                  "A socket is granted that lets its user command the host; "
                                  "read-only makes no difference.",
                                  "the guest can connect to '{}', which commands []",
                                  "add '{}' to deniedPaths, or grant a narrower directory" },
    [MXC_LINT_CONFIG_WRITABLE] = { "config-writable", ERROR,
                                   "The guest can change its own policy for the next run.",
                                   "the guest can change '{}', which is this policy",
                                   "keep the policy outside of what it grants, or add '{}' to "
                                   "readonlyPaths" },
    [MXC_LINT_CONFIG_READABLE] = { "config-readable", INFO,
                                   "The guest can read its own policy, with what the policy says "
                                   "about the host.",
                                   "the guest can read '{}', which is this policy",
                                   "keep the policy outside of what it grants, or add '{}' to "
                                   "deniedPaths" },
    [MXC_LINT_HOST_CODE] = { "host-code", WARNING,
                             "The guest can change a file that programs of the host run later by "
                             "themselves.",
                             "the guest can change '{}', which is run outside of the sandbox by []",
                             "add '{}' to readonlyPaths" },
    [MXC_LINT_BUILD_CODE] = { "build-code", INFO,
                              "The guest can change a build file; whoever builds outside of the "
                              "sandbox runs it.",
                              "the guest can change '{}', which is run outside of the sandbox by "
                              "[]",
                              "build inside of a sandbox, or add '{}' to readonlyPaths" },
    [MXC_LINT_DENIED_NO_EFFECT] = { "denied-no-effect", INFO,
                                    "A denied path lies in nothing that is granted, so it is "
                                    "closed anyway. It may be misspelt.",
                                    "'{}' lies below no grant, so it is closed anyway",
                                    "check its spelling, or leave it out" },
    [MXC_LINT_DENIED_MISSING] = { "denied-missing", WARNING,
                                  "A denied path does not exist but could appear in what is "
                                  "granted. The engine refuses that.",
                                  "'{}' does not exist and could appear later in what [] grants, "
                                  "so a run is refused",
                                  "create it first, or deny its directory" },
    [MXC_LINT_NETWORK_OPEN] = { "network-open", WARNING,
                                "Everything that no rule forbids can be reached, so whatever is "
                                "read can be sent away.",
                                "every address that no rule denies can be reached",
                                "deny by default, and allow the addresses that the program needs" },
    [MXC_LINT_HOST_LOOPBACK] = { "host-loopback", WARNING,
                                 "Services on the host's own loopback address, which often ask for "
                                 "no password, are reachable.",
                                 "services on the loopback address of the host can be reached",
                                 "deny it, and hand over what the program needs otherwise" },
    [MXC_LINT_INGRESS_OPEN] = { "ingress-open", WARNING,
                                "Others can connect to servers that the guest starts.",
                                "others can connect to servers inside of the sandbox",
                                "set network.ingress.default to \"deny\"" },
    [MXC_LINT_METADATA] = { "metadata-open", ERROR,
                            "A rule names the address at which clouds hand out the credentials of "
                            "the machine.",
                            "the guest can ask '{}' for the credentials of this machine",
                            "leave it out, and give the program a credential of its own that can "
                            "do only what it needs" },
    [MXC_LINT_NAME_PORTS] = { "name-without-ports", WARNING,
                              "A rule by name opens the addresses that the name has, and without "
                              "ports every service that anybody runs there.",
                              "every port of the addresses of '{}' can be reached",
                              "add the ports that are needed, such as [{\"protocol\": \"tcp\", "
                              "\"port\": 443}]" },
    [MXC_LINT_WIDE_NAME] = { "wide-name", WARNING,
                             "A rule covers every name below a top-level domain, and anybody can "
                             "have one there.",
                             "'{}' covers names that anybody can register",
                             "name the hosts, or the domain of whom you trust" },
    [MXC_LINT_LOOPBACK_RULE] = { "loopback-rule", WARNING,
                                 "A rule of allow is about loopback: inside that is the sandbox's "
                                 "own, "
                                 "always open, and the host's, at the gateway, no rule opens.",
                                 "'{}' opens nothing: the sandbox's own loopback is always open, "
                                 "and "
                                 "no rule opens the host's",
                                 "leave it out; if the host's is meant, allow "
                                 "network.ingress.hostLoopback (legacy: allowLocalNetwork) and "
                                 "connect to 10.0.2.2 or fd00::2" },
    [MXC_LINT_PUBLISH_WIDE] = { "publish-wide", WARNING,
                                "A published port listens on an address that other machines can "
                                "reach.",
                                "other machines can connect to the guest by port {} of the host",
                                "leave hostAddress out, which means 127.0.0.1 and ::1" },
    [MXC_LINT_UI_OPEN] = { "ui-open", WARNING,
                           "The display is shared: on Linux that gives its picture, clipboard and "
                           "keyboard together.",
                           "the guest may use the display of the host, with its clipboard and "
                           "keyboard",
                           "leave out the ui section" },
    [MXC_LINT_NO_MEMORY_LIMIT] = { "no-memory-limit", INFO,
                                   "Without a memory limit the guest can take all memory of the "
                                   "host.",
                                   "the guest may use all memory of the host",
                                   "set limits.memoryMb" },
};

const size_t mxc_lint_rule_count = sizeof mxc_lint_rules / sizeof mxc_lint_rules[0];
_Static_assert(sizeof mxc_lint_rules / sizeof mxc_lint_rules[0] == MXC_LINT_COUNT,
               "a row for each");

const char *mxc_severity_name(enum mxc_severity severity)
{
    static const char *const names[] = { "info", "warning", "error" };

    return names[severity];
}
