/* SPDX-License-Identifier: MIT */
/* Each lint has policies that set it off and policies, close to them, that do not. */
#include "lint_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct lint_object world[] = {
    { "/home/u/.ssh/id_ed25519", MXC_OBJECT_FILE },
    { "/home/u/.ssh/known_hosts", MXC_OBJECT_FILE },
    { "/home/u/.ssh/work.pub", MXC_OBJECT_FILE },
    { "/home/u/.aws/credentials", MXC_OBJECT_FILE },
    { "/home/u/.aws", MXC_OBJECT_DIRECTORY, NULL, MXC_ACCESS_READ },
    { "/home/u/.bashrc", MXC_OBJECT_FILE },
    { "/home/u/.config/nvim/lua/init.lua", MXC_OBJECT_FILE },
    { "/home/u/work/.git/hooks/pre-commit", MXC_OBJECT_FILE },
    { "/home/u/work/.git/config", MXC_OBJECT_FILE },
    { "/home/u/work/.env", MXC_OBJECT_FILE },
    { "/home/u/work/package.json", MXC_OBJECT_FILE, NULL, MXC_ACCESS_WRITE },
    { "/home/u/work/Makefile", MXC_OBJECT_FILE },
    { "/home/u/work/policy.json", MXC_OBJECT_FILE },
    { "/home/u/work/src/main.c", MXC_OBJECT_FILE },
    { "/home/u/tree/.git", MXC_OBJECT_FILE },
    { "/home/u/young/.git/HEAD", MXC_OBJECT_FILE },
    { "/home/u/plain/data", MXC_OBJECT_FILE },
    { "/home/u/plain/a*b", MXC_OBJECT_FILE },
    { "/home/u/plain/$HOME", MXC_OBJECT_FILE },
    { "/home/u/link", MXC_OBJECT_SYMLINK, "work" },
    { "/home/v/.kube/config", MXC_OBJECT_FILE },
    { "/srv/team/.docker/config.json", MXC_OBJECT_FILE },
    { "/srv/team/notes", MXC_OBJECT_FILE },
    { "/srv/team/sample.env", MXC_OBJECT_FILE },
    { "/run/docker.sock", MXC_OBJECT_SOCKET },
    { "/run/user/1000/docker.sock", MXC_OBJECT_SOCKET },
    { "/run/app/data", MXC_OBJECT_FILE },
    { "/run/secrets/db", MXC_OBJECT_FILE },
    { "/var/run", MXC_OBJECT_SYMLINK, "/run" },
    { "/var/lib/app", MXC_OBJECT_DIRECTORY },
    { "/etc/shadow", MXC_OBJECT_FILE },
    { "/etc/hosts", MXC_OBJECT_FILE },
    { "/usr/bin/env", MXC_OBJECT_FILE },
    { "/tmp", MXC_OBJECT_DIRECTORY },
    { "/tmp/run1", MXC_OBJECT_DIRECTORY },
    { "/dev/sda", MXC_OBJECT_BLOCK_DEVICE },
    { "/dev/kvm", MXC_OBJECT_CHARACTER_DEVICE },
    { "/dev/null", MXC_OBJECT_CHARACTER_DEVICE },
};

#define PROCESS(more)  "'process':{'commandLine':'true','timeout':1000" more "}"
#define LIMITS         "'limits':{'memoryMb':64}"
#define DOCUMENT(more) "{'version':'1.0.0'," PROCESS("") "," LIMITS more "}"
#define ENV(list)      "{'version':'1.0.0'," PROCESS(",'env':[" list "]") "," LIMITS "}"
#define FILES(lists)   DOCUMENT(",'filesystem':{" lists "}")
#define RW(list)       FILES("'readwritePaths':[" list "]")
#define RO(list)       FILES("'readonlyPaths':[" list "]")
#define OLD(network)   "{'version':'0.8.0'," PROCESS("") "," LIMITS ",'network':{" network "}}"
#define NET(network)   DOCUMENT(",'network':{" network "}")

/* A pointer when it must fire, NULL when it must not. 'text' must be in the sentence. */
static const struct {
    const char *id;
    const char *policy;
    const char *pointer;
    const char *text;
} cases[] = {
    { "version-absent", "{" PROCESS("") "}", "/version", NULL },
    { "version-absent", DOCUMENT(""), NULL, NULL },
    { "version-old", "{'version':'0.7.0'," PROCESS("") "}", "/version", "0.7.0" },
    { "version-old", "{'version':'0.9.0-alpha'," PROCESS("") "}", NULL, NULL },
    { "containment-other-system", DOCUMENT(",'containment':'seatbelt'"), "/containment", "macOS" },
    { "containment-other-system", DOCUMENT(",'containment':'process'"), NULL, NULL },
    { "no-timeout", "{'version':'1.0.0','process':{'commandLine':'x'}}", "/process/timeout", NULL },
    { "no-timeout", DOCUMENT(""), NULL, NULL },
    { "no-memory-limit", "{'version':'1.0.0'," PROCESS("") "}", "/limits/memoryMb", NULL },
    { "no-memory-limit", DOCUMENT(""), NULL, NULL },

    { "env-secret", ENV("'A=b','GITHUB_TOKEN=abc'"), "/process/env/1", "GITHUB_TOKEN" },
    { "env-secret", ENV("'db_password=abc'"), "/process/env/0", "db_password" },
    { "env-secret", ENV("'X=ghp_0123456789abcdefghij'"), "/process/env/0", "X" },
    { "env-secret", ENV("'API_KEY=','SSH_PUBLIC_KEY=abc','KEYBOARD=us','X=sk-1'"), NULL, NULL },
    { "url-credentials", ENV("'https_proxy=http://me:pw@proxy:3128'"), "/process/env/0",
      "https_proxy" },
    { "url-credentials", ENV("'HTTP_PROXY=me@proxy:3128'"), "/process/env/0", NULL },
    { "url-credentials", ENV("'DB=postgres://u:p@db/x'"), "/process/env/0", NULL },
    { "url-credentials",
      ENV("'HTTP_PROXY=http://proxy:3128','R=ssh://git@host/x','M=a:b@c',"
          "'Q=http://h/a:b@c'"),
      NULL, NULL },
    { "env-loader", ENV("'LD_PRELOAD=/x.so'"), "/process/env/0", "LD_PRELOAD" },
    { "env-loader", ENV("'LD_PRELOAD=','LD_PRELOADED=1','LD=1'"), NULL, NULL },
    { "env-twice", ENV("'A=1','B=1','A=2'"), "/process/env/0", "A" },
    { "env-twice", ENV("'A=1','AB=1','a=2'"), NULL, NULL },
    { "env-path-relative", ENV("'PATH=/bin:.'"), "/process/env/0", "'.'" },
    { "env-path-relative", ENV("'PATH=/bin:'"), "/process/env/0", "''" },
    { "env-path-relative", ENV("'PATH='"), "/process/env/0", "''" },
    { "env-path-relative", ENV("'PATH=/bin:/usr/bin','CLASSPATH=.:x'"), NULL, NULL },

    { "path-relative", RO("'src'"), "/filesystem/readonlyPaths/0", "'src'" },
    { "path-relative", RO("'/home/u/plain'"), NULL, NULL },
    { "path-pattern",
      FILES("'readwritePaths':['/home/u/plain'],'deniedPaths':['/home/u/plain/*.key']"),
      "/filesystem/deniedPaths/0", "*.key" },
    { "path-pattern", RO("'/home/u/plain/[ab]'"), "/filesystem/readonlyPaths/0", NULL },
    { "path-pattern", RO("'/home/u/plain/a*b'"), NULL, NULL },
    { "path-variable", RO("'~/plain'"), "/filesystem/readonlyPaths/0", "'~/plain'" },
    { "path-variable", RO("'${HOME}/plain'"), "/filesystem/readonlyPaths/0", NULL },
    { "path-variable", RO("'/home/$USER'"), "/filesystem/readonlyPaths/0", NULL },
    { "path-variable", RO("'/home/u/plain/$HOME','/x/a$','/x/~'"), NULL, NULL },
    { "path-twice", FILES("'readwritePaths':['/home/u/plain'],'readonlyPaths':['/home/u/plain/']"),
      "/filesystem/readonlyPaths/0", "/filesystem/readwritePaths/0" },
    { "path-twice", RO("'/home/u/work','/home/u/link'"), "/filesystem/readonlyPaths/1", "link" },
    { "path-twice", FILES("'deniedPaths':['/x/y','/x/./y']"), "/filesystem/deniedPaths/1", NULL },
    { "path-twice",
      FILES("'readonlyPaths':['/home/u/plain'],'deniedPaths':['/home/u/plain/data','/x/y','/x/z']"),
      NULL, NULL },

    { "wide-grant", RO("'/'"), "/filesystem/readonlyPaths/0", "the whole host" },
    { "wide-grant", RW("'/etc'"), "/filesystem/readwritePaths/0", "configuration" },
    { "wide-grant", RO("'/var/run'"), "/filesystem/readonlyPaths/0", "sockets" },
    { "wide-grant", RW("'/usr/../usr/bin'"), "/filesystem/readwritePaths/0", "programs" },
    { "wide-grant", RO("'/etc','/usr/bin','/var/lib/app','/home/u'"), NULL, NULL },
    { "home-grant", RO("'/home/u'"), "/filesystem/readonlyPaths/0", "/home/u" },
    { "home-grant", RO("'/home/u/plain','/home/v','/home'"), NULL, NULL },
    { "shared-temporary", RW("'/tmp'"), "/filesystem/readwritePaths/0", "/tmp" },
    { "shared-temporary", RW("'/tmp/run1'"), NULL, NULL },
    { "block-device", RO("'/dev/sda'"), "/filesystem/readonlyPaths/0", "/dev/sda" },
    { "block-device", RO("'/dev/kvm'"), NULL, NULL },
    { "device", RW("'/dev/kvm'"), "/filesystem/readwritePaths/0", "/dev/kvm" },
    { "device", RW("'/dev/null','/dev/sda'"), NULL, NULL },

    { "credential-store", RO("'/home/u'"), "/filesystem/readonlyPaths/0", "/home/u/.ssh" },
    { "credential-store", RO("'/home/u/.ssh'"), "/filesystem/readonlyPaths/0", "SSH keys" },
    { "credential-store", RO("'/home/u/.ssh/id_ed25519'"), "/filesystem/readonlyPaths/0",
      "SSH keys" },
    { "credential-store", RO("'/home/v/.kube'"), "/filesystem/readonlyPaths/0", "Kubernetes" },
    { "credential-store", RO("'/srv/team'"), "/filesystem/readonlyPaths/0", "registry" },
    { "credential-store", RO("'/etc/shadow'"), "/filesystem/readonlyPaths/0", "hashes" },
    { "credential-store", RO("'/run/secrets/db'"), "/filesystem/readonlyPaths/0", "container" },
    { "credential-store", FILES("'readonlyPaths':['/home/u'],'deniedPaths':['/home/u/.ssh']"), NULL,
      NULL },
    { "credential-store", RO("'/home/u/work','/home/u/.ssh/known_hosts','/home/u/.ssh/work.pub'"),
      NULL, NULL },
    { "credential-store", RO("'/etc','/home/u/.aws'"), NULL, NULL }, /* hidden; not the caller's */
    { "secret-file", RO("'/home/u/work'"), "/filesystem/readonlyPaths/0", "/home/u/work/.env" },
    { "secret-file", RO("'/home/u/link/.env'"), "/filesystem/readonlyPaths/0",
      "/home/u/work/.env" },
    { "secret-file", FILES("'readonlyPaths':['/home/u/link'],'deniedPaths':['/home/u/work/.env']"),
      NULL, NULL },
    { "secret-file", RO("'/home/u/work/src','/srv/team/sample.env'"), NULL, NULL },
    { "control-socket", RO("'/run/docker.sock'"), "/filesystem/readonlyPaths/0", "Docker" },
    { "control-socket", RO("'/run'"), "/filesystem/readonlyPaths/0", "/run/docker.sock" },
    { "control-socket", RO("'/run/user/1000'"), "/filesystem/readonlyPaths/0", "of the caller" },
    { "control-socket", RO("'/run/app'"), NULL, NULL },
    { "control-socket",
      FILES("'readwritePaths':['/var/run'],'deniedPaths':['/run/docker.sock','/run/user']"), NULL,
      NULL },
    { "config-writable", RW("'/home/u/work'"), "/filesystem/readwritePaths/0", "policy.json" },
    { "config-writable",
      FILES("'readwritePaths':['/home/u/work'],'readonlyPaths':['/home/u/work/policy.json']"), NULL,
      NULL },
    { "config-writable",
      FILES("'readwritePaths':['/home/u/work'],'readonlyPaths':['/home/u/work']"), NULL, NULL },
    { "config-readable", RO("'/home/u/work'"), "/filesystem/readonlyPaths/0", "policy.json" },
    { "config-readable", RO("'/home/u/work/src'"), NULL, NULL },

    { "host-code", RW("'/home/u/work'"), "/filesystem/readwritePaths/0",
      "/home/u/work/.git/hooks" },
    { "host-code", RW("'/home/u/work'"), "/filesystem/readwritePaths/0", ".git/config" },
    { "host-code", RW("'/home/u/work/.git'"), "/filesystem/readwritePaths/0", ".git/hooks" },
    { "credential-store", RO("'/srv/team/.docker'"), "/filesystem/readonlyPaths/0", "config.json" },
    { "host-code", RW("'/home/u/plain','/home/u/work/src'"), NULL, NULL },
    { "host-code", RW("'/home/u/work/.git/hooks'"), "/filesystem/readwritePaths/0", "hooks" },
    { "host-code", RW("'/home/u'"), "/filesystem/readwritePaths/0", ".bashrc" },
    { "host-code", RW("'/home/u/.config/nvim/lua'"), "/filesystem/readwritePaths/0", "neovim" },
    { "host-code", RW("'/home/u/tree'"), "/filesystem/readwritePaths/0", "/home/u/tree/.git" },
    { "host-code", RW("'/home/u/young'"), "/filesystem/readwritePaths/0",
      "/home/u/young/.git/hooks" },
    { "host-code",
      FILES("'readwritePaths':['/home/u/young'],'readonlyPaths':['/home/u/young/.git']"), NULL,
      NULL },
    { "host-code", FILES("'readwritePaths':['/home/u/tree'],'deniedPaths':['/home/u/tree/.git']"),
      NULL, NULL },
    { "host-code", RO("'/home/u/work'"), NULL, NULL },
    { "host-code",
      FILES("'readwritePaths':['/home/u/work'],'readonlyPaths':['/home/u/work/.git/hooks'],"
            "'deniedPaths':['/home/u/work/.git/config']"),
      NULL, NULL },
    { "build-code", RW("'/home/u/work'"), "/filesystem/readwritePaths/0", "Makefile" },
    { "build-code", RW("'/home/u/work/src'"), NULL, NULL },

    { "denied-no-effect", FILES("'deniedPaths':['/srv/team']"), "/filesystem/deniedPaths/0",
      "/srv" },
    { "denied-no-effect",
      FILES("'readonlyPaths':['/srv/team'],'deniedPaths':['/srv/team/notes','/etc/hosts']"), NULL,
      NULL },
    { "denied-missing", FILES("'readonlyPaths':['/srv/team'],'deniedPaths':['/srv/team/keys/a']"),
      "/filesystem/deniedPaths/0", "/srv/team/keys/a" },
    { "denied-missing",
      FILES("'readonlyPaths':['/srv/team'],'deniedPaths':['/srv/team/notes','/nowhere']"), NULL,
      NULL },

    { "network-open", OLD("'defaultPolicy':'allow'"), "/network/defaultPolicy", NULL },
    { "network-open", NET("'egress':{'default':'allow'}"), "/network/egress/default", NULL },
    { "network-open", NET("'egress':{'default':'deny'}"), NULL, NULL },
    { "network-open", OLD("'defaultPolicy':'block'"), NULL, NULL },
    { "network-open", NET("'egress':{'allow':[{'to':[{'cidr':'10.0.0.0/8'}]},{}]}"),
      "/network/egress/allow/1", NULL },
    { "network-open", NET("'egress':{'allow':[{'to':[{'cidr':'::/0'}]}]}"),
      "/network/egress/allow/0", NULL },
    { "network-open", OLD("'allowedHosts':['10.0.0.1','0.0.0.0/0']"), "/network/allowedHosts/1",
      NULL },
    { "network-open", NET("'egress':{'allow':[{'ports':[{'port':443}]}]}"), NULL, NULL },
    { "network-open", NET("'egress':{'allow':[{'to':[{'cidr':'0.0.0.0/1'}]}]}"), NULL, NULL },
    { "network-open", NET("'egress':{'deny':[{}]}"), NULL, NULL },
    { "metadata-open",
      NET("'egress':{'allow':[{'to':[{'cidr':'10.0.0.1'},{'cidr':'169.254.169.254'}]}]}"),
      "/network/egress/allow/0/to/1", NULL },
    { "metadata-open", NET("'egress':{'allow':[{'to':[{'cidr':'fd00:ec2::254'}]}]}"),
      "/network/egress/allow/0/to/0", NULL },
    { "metadata-open", OLD("'allowedHosts':['100.100.100.200']"), "/network/allowedHosts/0", NULL },
    { "metadata-open", NET("'egress':{'allow':[{'to':[{'cidr':'169.254.0.0/16'}]}]}"), NULL, NULL },
    { "metadata-open", NET("'egress':{'deny':[{'to':[{'cidr':'169.254.169.254'}]}]}"), NULL, NULL },
    { "name-without-ports", NET("'egress':{'allow':[{'to':[{'host':'a.example'}]}]}"),
      "/network/egress/allow/0/to/0", NULL },
    { "name-without-ports",
      NET("'egress':{'allow':[{'to':[{'host':'a.example'}],'ports':[{'port':1}]}]}"), NULL, NULL },
    { "name-without-ports", NET("'egress':{'deny':[{'to':[{'host':'a.example'}]}]}"), NULL, NULL },
    { "name-without-ports", OLD("'allowedHosts':['a.example']"), NULL, NULL },
    { "wide-name", NET("'egress':{'allow':[{'to':[{'host':'*.example'}],'ports':[{'port':1}]}]}"),
      "/network/egress/allow/0/to/0", NULL },
    { "wide-name", NET("'egress':{'allow':[{'to':[{'host':'*.a.example'}],'ports':[{'port':1}]}]}"),
      NULL, NULL },
    { "loopback-rule", OLD("'allowedHosts':['a.example','localhost']"), "/network/allowedHosts/1",
      "'localhost'" },
    { "loopback-rule", OLD("'allowedHosts':['127.0.0.1']"), "/network/allowedHosts/0",
      "'127.0.0.1'" },
    { "loopback-rule", OLD("'allowedHosts':['::1','0.0.0.0/0','::/0']"), "/network/allowedHosts/0",
      NULL },
    { "loopback-rule", OLD("'allowedHosts':['notlocalhost','0.0.0.0/0','::/0']"), NULL, NULL },
    { "loopback-rule", OLD("'blockedHosts':['localhost','127.0.0.1']"), NULL, NULL },
    { "loopback-rule", NET("'egress':{'allow':[{'to':[{'host':'app.localhost'}]}]}"),
      "/network/egress/allow/0/to/0", "'app.localhost'" },
    { "name-without-ports", NET("'egress':{'allow':[{'to':[{'host':'localhost'}]}]}"), NULL, NULL },
    { "loopback-rule",
      NET("'egress':{'allow':[{'to':[{'cidr':'10.0.2.2'}]}]},"
          "'ingress':{'hostLoopback':'allow'}"),
      "/network/egress/allow/0/to/0", "'10.0.2.2'" },
    { "publish-wide",
      NET("'ingress':{'publish':[{'port':80},{'port':81,'hostAddress':'0.0.0.0'}]}"),
      "/network/ingress/publish/1/hostAddress", NULL },
    { "publish-wide", NET("'ingress':{'publish':[{'port':80,'hostAddress':'::1'}]}"), NULL, NULL },
    { "host-loopback", OLD("'allowLocalNetwork':true"), "/network/allowLocalNetwork", NULL },
    { "host-loopback", NET("'ingress':{'hostLoopback':'allow'}"), "/network/ingress/hostLoopback",
      NULL },
    { "host-loopback", NET("'ingress':{'hostLoopback':'deny'}"), NULL, NULL },
    { "ingress-open", NET("'ingress':{'default':'allow'}"), "/network/ingress/default", NULL },
    { "ingress-open", NET("'ingress':{'default':'deny'}"), NULL, NULL },
    { "ui-open", DOCUMENT(",'ui':{'disable':false}"), "/ui/disable", NULL },
    { "ui-open", DOCUMENT(",'ui':{'disable':true}"), NULL, NULL },
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lint_run run;

        lint_world_run(world, COUNT(world), cases[i].policy, &run);
        const struct mxc_finding *finding =
            lint_world_find(&run, cases[i].id, cases[i].pointer, cases[i].text);
        if (!finding != !cases[i].pointer)
            fail_msg("%s, %s: %s", cases[i].id, cases[i].policy,
                     finding ? finding->text : "silent");
        lint_world_done(&run);
    }
}

static bool has_case(const char *id, bool fires)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(cases[i].id, id) == 0 && (cases[i].pointer != NULL) == fires)
            return true;
    return false;
}

static void test_every_rule_has_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < mxc_lint_rule_count; i++) {
        const struct mxc_lint_rule *rule = &mxc_lint_rules[i];

        if (!has_case(rule->id, true) || !has_case(rule->id, false))
            fail_msg("%s needs a case that fires and one that does not", rule->id);
        assert_true(rule->meaning && rule->text && rule->remedy);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rule->id, mxc_lint_rules[k].id);
    }
}

static void test_good_policy_is_silent(void **state)
{
    static const char policy[] = FILES("'readwritePaths':['/home/u/work/src','/tmp/run1'],"
                                       "'readonlyPaths':['/home/u/plain','/var/lib/app','/usr']");
    struct lint_run run;

    (void)state;
    lint_world_run(world, COUNT(world), policy, &run);
    if (run.findings.count)
        fail_msg("%s: %s", run.findings.items[0].id, run.findings.items[0].text);
    lint_world_done(&run);
}

/* A home that is also a grant's root is looked at twice; each object is reported once. */
static void test_no_finding_twice(void **state)
{
    struct lint_run run;

    (void)state;
    lint_world_run(world, COUNT(world), RW("'/home/u','/home'"), &run);
    assert_true(run.findings.count > 3);
    for (size_t i = 0; i < run.findings.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(run.findings.items[i].id == run.findings.items[k].id &&
                         strcmp(run.findings.items[i].text, run.findings.items[k].text) == 0);
    lint_world_done(&run);
}

/* Findings come in the order of the keys, name no secret, and stay on one line. */
static void test_form(void **state)
{
    static const char policy[] =
        "{'version':'0.8.0','process':{'commandLine':'x','env':['T_TOKEN=hunter2','A=1','A=2']},"
        "'filesystem':{'readwritePaths':['/no\\nline*'],'deniedPaths':['/srv']}}";
    static const char *const order[] = { "version-old",    "env-secret",   "env-twice",
                                         "no-timeout",     "path-pattern", "denied-no-effect",
                                         "no-memory-limit" };
    struct lint_run run;

    (void)state;
    lint_world_run(world, COUNT(world), policy, &run);
    assert_int_equal(run.findings.count, COUNT(order));
    for (size_t i = 0; i < COUNT(order); i++) {
        assert_string_equal(run.findings.items[i].id, order[i]);
        assert_null(strstr(run.findings.items[i].text, "hunter2"));
        assert_null(strchr(run.findings.items[i].text, '\n'));
        assert_null(strstr(run.findings.items[i].remedy, "{}"));
    }
    assert_int_equal(run.findings.items[4].severity, MXC_SEVERITY_ERROR);
    assert_string_equal(mxc_severity_name(run.findings.items[4].severity), "error");
    lint_world_done(&run);
}

/* What the caller may not change, the guest cannot either. */
static void test_rights_of_the_caller(void **state)
{
    struct lint_run run;

    (void)state;
    lint_world_run(world, COUNT(world), RW("'/home/u/work'"), &run);
    assert_null(lint_world_find(&run, "host-code", NULL, "package.json"));
    assert_non_null(lint_world_find(&run, "host-code", NULL, ".git/hooks"));
    lint_world_done(&run);
}

/* The key that must change is the one of the entry that decides, not of a wider one. */
static void test_pointer_is_of_the_decider(void **state)
{
    struct lint_run run;

    (void)state;
    lint_world_run(world, COUNT(world), RW("'/home/u/plain','/home/u','/home/u/.ssh'"), &run);
    assert_non_null(
        lint_world_find(&run, "credential-store", "/filesystem/readwritePaths/2", "/home/u/.ssh"));
    assert_null(
        lint_world_find(&run, "credential-store", "/filesystem/readwritePaths/1", "/home/u/.ssh"));
    lint_world_done(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_rule_has_both),
        cmocka_unit_test(test_good_policy_is_silent),
        cmocka_unit_test(test_no_finding_twice),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_rights_of_the_caller),
        cmocka_unit_test(test_pointer_is_of_the_decider),
    };

    return cmocka_run_group_tests_name("lint", tests, NULL, NULL);
}
