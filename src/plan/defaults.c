/* SPDX-License-Identifier: MIT */
/* What every sandbox has without asking: fresh directories and a read-only baseline; and what of
 * that baseline stays hidden from everybody, root's sandboxes too. */
#include <errno.h>
#include <string.h>

#include "plan/baseline.h"
#include "plan/path.h"
#include "plan/planner.h"

static const struct {
    const char *path;
    enum mxc_step_kind kind;
} own[] = {
    { "/proc", MXC_STEP_PROC },
    { "/dev", MXC_STEP_DEVICES },
    { "/tmp", MXC_STEP_TMP },
    { "/dev/shm", MXC_STEP_TMP },
};

static const char *const baseline[] = {
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libx32",
    "/usr/libexec",
    "/usr/share",
    "/etc",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/mnt/wsl/resolv.conf",
};

bool mxc_baseline_touches(const char *path)
{
    for (size_t i = 0; i < sizeof baseline / sizeof *baseline; i++)
        if (mxc_path_within(path, baseline[i]) || mxc_path_within(baseline[i], path))
            return true;
    return false;
}

/* Passwords, private keys and tokens that packages keep below the baseline, and the sockets of the
 * resolver's daemons, which would answer questions about names without any network. */
static const char *const secrets[] = {
    /* accounts */
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/security/opasswd",
    "/etc/security/opasswd.old",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/doas.conf",
    "/etc/master.passwd",
    "/etc/tcb",
    /* host keys, certificates, disk encryption */
    "/etc/ssh/ssh_host_rsa_key",
    "/etc/ssh/ssh_host_dsa_key",
    "/etc/ssh/ssh_host_ecdsa_key",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssh/ssh_host_key",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/etc/pki/CA/private",
    "/etc/pki/consumer",
    "/etc/pki/entitlement",
    "/etc/pki/rsyslog",
    "/etc/letsencrypt",
    "/etc/krb5.keytab",
    "/etc/cryptsetup-keys.d",
    "/etc/luks",
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/etc/keys",
    /* directories of accounts */
    "/etc/sssd",
    "/etc/nslcd.conf",
    "/etc/ldap.secret",
    "/etc/libnss-ldap.secret",
    "/etc/pam_ldap.secret",
    "/etc/samba/smbpasswd",
    "/etc/openldap/slapd.d",
    "/etc/ldap/slapd.d",
    "/etc/freeradius",
    "/etc/raddb",
    /* network */
    "/etc/wireguard",
    "/etc/openvpn",
    "/etc/ipsec.secrets",
    "/etc/ipsec.d/private",
    "/etc/swanctl/private",
    "/etc/ppp/chap-secrets",
    "/etc/ppp/pap-secrets",
    "/etc/tinc",
    "/etc/nebula",
    "/etc/zerotier",
    "/etc/wpa_supplicant",
    "/etc/iwd",
    "/etc/netplan",
    "/etc/NetworkManager/system-connections",
    "/etc/rndc.key",
    "/etc/bind/rndc.key",
    "/etc/davfs2/secrets",
    "/etc/cifs-credentials",
    "/etc/smbcredentials",
    /* mail, databases, printing */
    "/etc/postfix/sasl_passwd",
    "/etc/postfix/sasl_passwd.db",
    "/etc/exim4/passwd.client",
    "/etc/msmtprc",
    "/etc/ssmtp/ssmtp.conf",
    "/etc/dovecot/private",
    "/etc/mysql/debian.cnf",
    "/etc/redis",
    "/etc/cups/ssl",
    "/etc/cups/subscriptions.conf",
    "/etc/rspamd/local.d",
    /* containers, clusters, configuration management */
    "/etc/docker/key.json",
    "/etc/docker/certs.d",
    "/etc/containers/auth.json",
    "/etc/containers/certs.d",
    "/etc/kubernetes",
    "/etc/rancher",
    "/etc/cni/net.d",
    "/etc/origin",
    "/etc/ceph",
    "/etc/etcd",
    "/etc/consul.d",
    "/etc/nomad.d",
    "/etc/vault.d",
    "/etc/salt/pki",
    "/etc/puppet/ssl",
    "/etc/puppetlabs/puppet/ssl",
    "/etc/chef",
    "/etc/cloud/cloud.cfg.d",
    "/etc/gitlab",
    "/etc/gitlab-runner",
    "/etc/apt/auth.conf",
    "/etc/apt/auth.conf.d",
    "/etc/waagent.conf",
    "/etc/amazon",
    /* resolver */
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/systemd/resolve/io.systemd.Resolve.Monitor",
    "/run/NetworkManager/private",
    "/run/NetworkManager/private-dhcp",
    "/run/NetworkManager/system-connections",
};

static int add_own(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct mxc_entry entry = { .path = own[i].path,
                                   .origin = MXC_ORIGIN_OWN,
                                   .own = own[i].kind,
                                   .fact = { .type = MXC_OBJECT_DIRECTORY } };

        if (!mxc_entries_find(&planner->entries, entry.path) &&
            !mxc_entries_add(planner->arena, &planner->entries, &entry))
            return mxc_planner_no_memory(err);
    }
    return 0;
}

static int keep_links(struct mxc_planner *planner, struct mxc_link *links, struct mxc_err *err)
{
    struct mxc_link **lists =
        mxc_arena_grow(planner->arena, planner->baseline_links, planner->baseline_link_count,
                       &planner->baseline_link_room, sizeof *lists);

    if (!lists)
        return mxc_planner_no_memory(err);
    planner->baseline_links = lists;
    lists[planner->baseline_link_count++] = links;
    return 0;
}

/* The policy is explicit, the baseline only a default: it yields at and below every entry. What the
 * caller cannot see is not there for the program either. */
static int add_baseline(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof baseline / sizeof *baseline; i++) {
        struct mxc_entry entry = { .intent = MXC_INTENT_RO, .origin = MXC_ORIGIN_BASELINE };
        struct mxc_walk walk;
        int error = mxc_planner_walk(planner, baseline[i], &walk);
        const struct mxc_entry *above;

        if (error == ENOMEM)
            return mxc_planner_no_memory(err);
        if (error || walk.missing || !walk.path[1])
            continue;
        if (walk.links && keep_links(planner, walk.links, err) < 0)
            return -1;
        above = mxc_entries_above(&planner->entries, walk.path);
        if (above && (above->origin != MXC_ORIGIN_BASELINE || !strcmp(above->path, walk.path)))
            continue;
        entry.path = walk.path;
        entry.fact = walk.fact;
        if (!mxc_entries_add(planner->arena, &planner->entries, &entry))
            return mxc_planner_no_memory(err);
    }
    return 0;
}

static int add_secrets(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct mxc_entry entry = { .intent = MXC_INTENT_DENY, .origin = MXC_ORIGIN_SECRET };
        struct mxc_walk walk;
        int error = mxc_planner_walk(planner, secrets[i], &walk);

        if (error == ENOMEM)
            return mxc_planner_no_memory(err);
        if (error || walk.missing || mxc_entries_find(&planner->entries, walk.path))
            continue; /* what the policy names itself is its own affair */
        entry.path = walk.path;
        entry.fact = walk.fact;
        if (!mxc_entries_add(planner->arena, &planner->entries, &entry))
            return mxc_planner_no_memory(err);
    }
    return 0;
}

int mxc_planner_add_defaults(struct mxc_planner *planner, struct mxc_err *err)
{
    if (add_own(planner, err) < 0 || add_baseline(planner, err) < 0)
        return -1;
    return add_secrets(planner, err);
}
