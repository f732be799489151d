// SPDX-License-Identifier: MIT
// Printed by 'mxc schema --typescript' from the tables of the executor. Do not edit.

/** What went wrong: a closed set. */
export type ErrorCode =
  | 'malformed_request'
  | 'unsupported_containment'
  | 'unsupported_phase'
  | 'backend_unavailable'
  | 'malformed_id'
  | 'stale_id'
  | 'not_provisioned'
  | 'not_started'
  | 'already_started'
  | 'already_stopped'
  | 'policy_validation'
  | 'backend_error';

/** Why a run ended. */
export type Reason =
  | 'exit'
  | 'signal'
  | 'timeout'
  | 'oom'
  | 'pids'
  | 'output'
  | 'disk'
  | 'refused'
  | 'setup'
  | 'failed'
  | 'interrupted';

/** What the policy refused. */
export type DenialKind =
  | 'refused'
  | 'name-refused'
  | 'name-guarded'
  | 'name-unresolved'
  | 'limited'
  | 'untold';

/** Why it was refused. */
export type DenialReason =
  | 'rule'
  | 'default'
  | 'loopback'
  | 'own-address'
  | 'link-local'
  | 'metadata'
  | 'private'
  | 'reserved'
  | 'name'
  | 'limit'
  | 'host';

/** The protocol of a flow that was refused. */
export type DenialProtocol =
  | 'tcp'
  | 'udp'
  | 'icmp';

/** One policy for one run. */
export interface Policy {
  /** No effect. For editors. Never fetched. */
  $schema?: unknown | undefined;
  /** No effect. For people. Only here at the top level. */
  _comment?: unknown | undefined;
  /** Version of this configuration format (not of the program). Absent or empty: the current version. */
  version: string;
  /** Name of the container, where the backend has named containers. Empty: one is made up. Default: `""`. */
  containerId?: string | undefined;
  /** The backend, or `process` for the one that fits the host. `appcontainer` and `macos_sandbox` are older spellings of `processcontainer` and `seatbelt` (0.4 to 0.9). `native`, the built-in Linux engine by name, is an extension. Default: `"process"`. */
  containment?: 'process' | 'processcontainer' | 'windows_sandbox' | 'isolation_session' | 'wslc' | 'lxc' | 'vm' | 'microvm' | 'seatbelt' | 'hyperlight' | 'bubblewrap' | 'native' | 'appcontainer' | 'macos_sandbox' | undefined;
  /** The program. */
  process: PolicyProcess;
  /** What happens afterwards. */
  lifecycle?: PolicyLifecycle | undefined;
  /** Which files the program sees. Absent: the baseline only. */
  filesystem?: PolicyFilesystem | undefined;
  /** Which weaker means a backend may use. */
  fallback?: PolicyFallback | undefined;
  /** What the program reaches. Absent: only its own loopback. */
  network?: PolicyNetwork | undefined;
  /** Proxy of the directional network. Versions: 0.8 to 1.1.0-alpha. */
  runtimeConfig?: PolicyRuntimeConfig | undefined;
  /** Display, clipboard, input. */
  ui?: PolicyUi | undefined;
  /** Extension. How much the program may use. */
  limits?: PolicyLimits | undefined;
  /** Section of the backend `processcontainer`. */
  processContainer?: PolicyProcessContainer | undefined;
  /** Older spelling of `processContainer`. Versions: 0.4 to 0.9. */
  appContainer?: PolicyProcessContainer | undefined;
  /** Section of the backend `lxc`. */
  lxc?: PolicyLxc | undefined;
  /** Section of the backend `seatbelt`. */
  seatbelt?: PolicySeatbelt | undefined;
  /** Older spelling of `seatbelt`. Versions: 0.4 to 0.9. */
  macos_sandbox?: PolicySeatbelt | undefined;
  /** Sections of backends that were not stable then. Versions: 0.4 to 0.9. */
  experimental?: PolicyExperimental | undefined;
  /** Reports to a vendor. Versions: 1.0.0 to 1.1.0-alpha. */
  telemetry?: PolicyTelemetry | undefined;
  /** Section of the backend `wslc`. Versions: 1.0.0 to 1.1.0-alpha. */
  wslc?: PolicyWslc | undefined;
  /** Section of the backend `windows_sandbox`. Versions: 1.1.0-alpha. */
  windowsSandbox?: PolicyWindowsSandbox | undefined;
  /** Section of the backend `hyperlight`. Versions: 1.1.0-alpha. */
  hyperlight?: PolicyHyperlight | undefined;
  /** A placeholder of the format. Versions: 1.1.0-alpha. */
  test?: PolicyTest | undefined;
}

/** The program that runs in the sandbox. */
export interface PolicyProcess {
  /** What is run, by `/bin/sh -c` on Linux. White space alone is allowed and does nothing. A command given on the command line replaces it. */
  commandLine: string;
  /** Working directory. It grants nothing by itself. Empty: the first granted directory (writable ones first), else `/`. Default: `""`. */
  cwd?: string | undefined;
  /** The whole environment, as `KEY=VALUE`; of two with one key the later counts. Nothing comes from the caller. Absent (not merely empty): `PATH` and `TERM`. */
  env?: string[] | undefined;
  /** Set `PATH` and `TERM` although `env` is present; entries of `env` win. Default: `false`. Versions: 0.9 to 1.1.0-alpha. */
  inheritDefaultEnv?: boolean | undefined;
  /** Milliseconds until the program and everything it started are killed. 0: none. Default: `0`. */
  timeout?: number | undefined;
}

/** What happens to the container when the program has ended. */
export interface PolicyLifecycle {
  /** Remove the container when the run ends. Backends without a container that could stay always do. Default: `true`. */
  destroyOnExit?: boolean | undefined;
  /** Keep what was set up on the host for the policy (firewall rules, access lists) after the run. Only backends that set up such things look at it. Default: `false`. */
  preservePolicy?: boolean | undefined;
}

/** Grants and denials. A path is a literal name: `~`, `$HOME`, `*` and `?` have no special meaning. A relative path starts at the caller's working directory. The most specific path wins; for one path, denied before read-only before writable. */
export interface PolicyFilesystem {
  /** Files and directories that the program may change. Default: `[]`. */
  readwritePaths?: string[] | undefined;
  /** Files and directories that the program may read and execute. Default: `[]`. */
  readonlyPaths?: string[] | undefined;
  /** Files and directories that the program cannot open, also below a grant and in the baseline. Default: `[]`. */
  deniedPaths?: string[] | undefined;
  /** No effect. Sent by published clients, read by no executor. `lifecycle.preservePolicy` decides. Versions: 0.4 to 0.8. */
  clearPolicyOnExit?: boolean | undefined;
}

/** Which weaker means a backend may use. */
export interface PolicyFallback {
  /** No effect. Windows: allow changing the access lists of host files where nothing better exists. Elsewhere no access list is ever changed, so both values hold. Default: `true`. */
  allowDaclMutation?: boolean | undefined;
}

/** Either the legacy keys or the directional ones (`egress`, `ingress`, and `runtimeConfig` beside `network`), never both. Absent or `{}`: nothing but the program's own loopback. */
export interface PolicyNetwork {
  /** Legacy. Connections that no list covers. Default: `"block"`. Versions: 0.4 to 0.9. */
  defaultPolicy?: 'allow' | 'block' | undefined;
  /** Legacy. By what the lists are enforced. Default: `"capabilities"`. Versions: 0.4 to 0.9. */
  enforcementMode?: 'capabilities' | 'firewall' | 'both' | undefined;
  /** Legacy. The local network of the host, both ways. Default: `false`. Versions: 0.4 to 0.9. */
  allowLocalNetwork?: boolean | undefined;
  /** Legacy. Addresses, networks or host names that may be reached. Default: `[]`. Versions: 0.4 to 0.9. */
  allowedHosts?: string[] | undefined;
  /** Legacy. Addresses, networks or host names that may not be reached. Default: `[]`. Versions: 0.4 to 0.9. */
  blockedHosts?: string[] | undefined;
  /** Legacy. The proxy that the program has to use; nothing else is reachable. Versions: 0.4 to 0.9. */
  proxy?: PolicyNetworkProxy | undefined;
  /** No effect. In the types of published clients, read by no executor. Rules go when the run ends; `lifecycle.preservePolicy` decides otherwise. Versions: 0.4 to 0.8. */
  removeRulesOnExit?: boolean | undefined;
  /** Directional. Connections that the program opens. Versions: 0.8 to 1.1.0-alpha. */
  egress?: PolicyNetworkEgress | undefined;
  /** Directional. Connections to the program. Versions: 0.8 to 1.1.0-alpha. */
  ingress?: PolicyNetworkIngress | undefined;
}

/** Exactly one of the three. */
export interface PolicyNetworkProxy {
  /** A proxy that the executor starts itself; for tests. Versions: 0.4 to 0.9. */
  builtinTestServer?: true | undefined;
  /** Port of a proxy on 127.0.0.1 of the host. Needs `defaultPolicy`: `"allow"`. Versions: 0.4 to 0.9. */
  localhost?: number | undefined;
  /** `http` or `https`, a host, and a port that is not the scheme's default. No user name or password. Needs `defaultPolicy`: `"allow"`. Versions: 0.4 to 0.9. */
  url?: string | undefined;
}

/** Connections that the program opens. */
export interface PolicyNetworkEgress {
  /** What happens to a connection that no rule covers. Default: `"deny"`. Versions: 0.8 to 1.1.0-alpha. */
  default?: 'allow' | 'deny' | undefined;
  /** What is allowed. Default: `[]`. Versions: 0.8 to 1.1.0-alpha. */
  allow?: PolicyNetworkEgressAllow[] | undefined;
  /** What is denied, also where a rule of `allow` covers it. Default: `[]`. Versions: 0.8 to 1.1.0-alpha. */
  deny?: PolicyNetworkEgressAllow[] | undefined;
}

/** One rule; `{}` covers everything. Rules of `deny` look the same. */
export interface PolicyNetworkEgressAllow {
  /** Any of these. Absent: everywhere. Versions: 0.8 to 1.1.0-alpha. */
  to?: PolicyNetworkEgressAllowTo[] | undefined;
  /** Any of these. Absent: every protocol and port. Versions: 0.8 to 1.1.0-alpha. */
  ports?: PolicyNetworkEgressAllowPorts[] | undefined;
}

/** Destinations of a rule: each is either `cidr` or `host`. */
export interface PolicyNetworkEgressAllowTo {
  /** An IPv4 or IPv6 address or network, such as `10.0.0.0/8`. Host bits must be zero. Versions: 0.8 to 1.1.0-alpha. */
  cidr?: string | undefined;
  /** Extension. A host name, or `*.` and a name for every name below it. Opens the addresses that the sandbox's resolver answers for it, as long as the answer is valid. Versions: 0.8 to 1.1.0-alpha. */
  host?: string | undefined;
  /** Networks within `cidr` that the rule does not cover. Not beside `host`. Default: `[]`. Versions: 0.8 to 1.1.0-alpha. */
  except?: string[] | undefined;
}

/** Protocols and ports of a rule. */
export interface PolicyNetworkEgressAllowPorts {
  /** Transport protocol. Default: `"any"`. Versions: 0.8 to 1.1.0-alpha. */
  protocol?: 'tcp' | 'udp' | 'icmp' | 'any' | undefined;
  /** The port, or the first of a range. Absent: every port. Not for `icmp`. Versions: 0.8 to 1.1.0-alpha. */
  port?: number | undefined;
  /** The last port of a range; needs `port` and is not below it. Versions: 0.8 to 1.1.0-alpha. */
  endPort?: number | undefined;
}

/** Connections to the program. */
export interface PolicyNetworkIngress {
  /** Connections from outside to a port of the program. Default: `"deny"`. Versions: 0.8 to 1.1.0-alpha. */
  default?: 'allow' | 'deny' | undefined;
  /** Connections between the program and the loopback interface of the host. Default: `"deny"`. Versions: 0.8 to 1.1.0-alpha. */
  hostLoopback?: 'allow' | 'deny' | undefined;
  /** Extension. Ports of the program that the host listens for, whatever `default` is. Default: `[]`. Versions: 0.8 to 1.1.0-alpha. */
  publish?: PolicyNetworkIngressPublish[] | undefined;
}

/** A TCP port of the program that is reached by a port of the host. */
export interface PolicyNetworkIngressPublish {
  /** The TCP port that the program listens on. Versions: 0.8 to 1.1.0-alpha. */
  port: number;
  /** The port on the host. Absent: the same as `port`. Below the host's `net.ipv4.ip_unprivileged_port_start` (1024 unless changed) the run is refused, whoever starts it. Versions: 0.8 to 1.1.0-alpha. */
  hostPort?: number | undefined;
  /** The address of the host to listen on. Absent: `127.0.0.1`, and `::1` where the host has it. `0.0.0.0` and `::` are every address, which lets other machines in. Versions: 0.8 to 1.1.0-alpha. */
  hostAddress?: string | undefined;
}

/** What belongs to a run rather than to a policy. */
export interface PolicyRuntimeConfig {
  /** URL of a proxy on the host: `http` or `https`, `localhost`, `127.0.0.1` or `[::1]`, and a port that is not the scheme's default. Needs `egress` denied and without rules. Versions: 0.8 to 1.1.0-alpha. */
  networkProxy?: string | undefined;
}

/** What the program may do with the caller's desktop. */
export interface PolicyUi {
  /** No window, clipboard or input of the caller's session. Default: `true`. */
  disable?: boolean | undefined;
  /** Use of the caller's clipboard. Default: `"none"`. */
  clipboard?: 'none' | 'read' | 'write' | 'all' | undefined;
  /** Sending input to other windows. Default: `false`. */
  injection?: boolean | undefined;
}

/** An extension: other executors refuse it, and so do we when a portable policy is asked for. A limit that is absent has the default of the engine, which is none unless its documentation says otherwise. */
export interface PolicyLimits {
  /** Extension. Memory of all processes together, in MiB (1048576 bytes), page cache of their files included. At most 16 TiB. */
  memoryMb?: number | undefined;
  /** Extension. Processes and threads at one time. The largest value is the number of process ids that Linux can have. */
  processes?: number | undefined;
  /** Extension. Processor time of all processes together, in percent of one core: 50 is half a core, 200 is two. At most 1024 cores. */
  cpuPercent?: number | undefined;
  /** Extension. Open descriptors of each process. A shell needs at least 8; the largest value is the default ceiling of Linux (`fs.nr_open`). */
  openFiles?: number | undefined;
  /** Extension. Size of each file that is written, in MiB. At most 16 TiB. */
  fileSizeMb?: number | undefined;
  /** Extension. Private temporary directories (`/tmp`, `/dev/shm` and the like) together, in MiB of memory. At most 1 TiB. */
  tmpMb?: number | undefined;
  /** Extension. Bytes on standard output and standard error together, in MiB; more ends the run. At most 1 TiB. */
  outputMb?: number | undefined;
}

/** The process container of Windows. */
export interface PolicyProcessContainer {
  /** No effect. Sent by published clients, read by no executor. `containerId` is the name. Versions: 0.4 to 0.8. */
  name?: string | undefined;
  /** The stricter kind of container. Default: `false`. */
  leastPrivilege?: boolean | undefined;
  /** Record what would be denied. Default: `false`. */
  learningMode?: boolean | undefined;
  /** Capabilities of the container by name, one an entry. `learningModeLogging` and `permissiveLearningMode` are refused. Default: `[]`. */
  capabilities?: string[] | undefined;
  /** Its desktop. */
  ui?: PolicyProcessContainerUi | undefined;
  /** A record of denials. Versions: 0.6 to 1.1.0-alpha. */
  captureDenials?: PolicyProcessContainerCaptureDenials | undefined;
  /** Identity of the proxy. Versions: 0.8 to 1.1.0-alpha. */
  network?: PolicyProcessContainerNetwork | undefined;
  /** Listing of directories. Versions: 1.0.0 to 1.1.0-alpha. */
  filesystem?: PolicyProcessContainerFilesystem | undefined;
}

/** Desktop of a process container. */
export interface PolicyProcessContainerUi {
  /** What of the desktop is separate. Default: `"container"`. */
  isolation?: 'desktop' | 'handles' | 'atoms' | 'container' | undefined;
  /** Switching desktops and ending the session. Default: `false`. */
  desktopSystemControl?: boolean | undefined;
  /** Which settings of the system may be changed. Default: `"none"`. Versions: 0.4 to 1.0.0. */
  systemSettings?: string | 'none' | 'parameters' | 'display' | 'all' | undefined;
  /** Input methods. Default: `false`. */
  ime?: boolean | undefined;
}

/** A record of what the container was denied. */
export interface PolicyProcessContainerCaptureDenials {
  /** Whether what is recorded is also denied. Versions: 0.6 to 1.1.0-alpha. */
  mode?: 'block' | 'allow' | undefined;
  /** File for the record; an absolute path. Versions: 0.6 to 1.1.0-alpha. */
  outputPath?: string | undefined;
  /** Keep the trace of the system too. Default: `false`. Versions: 0.6 to 1.1.0-alpha. */
  retainEtl?: boolean | undefined;
}

/** Counts as directional. */
export interface PolicyProcessContainerNetwork {
  /** Identity of the process that may be the proxy. Versions: 0.8 to 1.1.0-alpha. */
  allowedProxyPeer?: string | undefined;
}

/** Beyond the top level's `filesystem`. */
export interface PolicyProcessContainerFilesystem {
  /** Directories whose names may be listed. Default: `[]`. Versions: 1.0.0 to 1.1.0-alpha. */
  enumeratePaths?: string[] | undefined;
}

/** Linux containers with an image of their own. */
export interface PolicyLxc {
  /** Distribution of the image, such as `alpine`. The backend needs it in every version. */
  distribution?: string | undefined;
  /** Its release, such as `3.23`. The backend needs it in every version. */
  release?: string | undefined;
  /** No effect. Sent by published clients, read by no executor. `containerId` is the name. Versions: 0.4 to 0.8. */
  containerName?: string | undefined;
  /** No effect. Sent by published clients, read by no executor. `lifecycle.destroyOnExit` decides. Versions: 0.4 to 0.8. */
  destroyOnExit?: boolean | undefined;
}

/** The sandbox of macOS. */
export interface PolicySeatbelt {
  /** A whole profile in place of the one made from the policy. */
  profileOverride?: string | undefined;
  /** The window server. Default: `false`. */
  guiAccess?: boolean | undefined;
  /** How the program is started. Default: `"exec"`. */
  launchMethod?: 'exec' | 'open' | undefined;
  /** Making terminals. Default: `true`. */
  nestedPty?: boolean | undefined;
  /** The keychain. Default: `false`. */
  keychainAccess?: boolean | undefined;
  /** Further services by name. Default: `[]`. */
  extraMachLookups?: string[] | undefined;
}

/** 0.4 to 0.9. A command that is asked for such a backend wants `--experimental`. */
export interface PolicyExperimental {
  /** A placeholder of the format. Versions: 0.4 to 0.9. */
  test?: PolicyTest | undefined;
  /** Section of the backend `windows_sandbox`. Versions: 0.4 to 0.9. */
  windows_sandbox?: PolicyWindowsSandbox | undefined;
  /** Section of the backend `wslc`. Versions: 0.4 to 0.9. */
  wslc?: PolicyWslc | undefined;
  /** Section of the backend `isolation_session`. Versions: 0.4 to 0.9. */
  isolation_session?: PolicyExperimentalIsolationSession | undefined;
  /** Reports to a vendor. Versions: 0.4 to 0.9. */
  telemetry?: PolicyTelemetry | undefined;
}

/** Up to 0.9 `experimental.test`. */
export interface PolicyTest {
  /** No effect. A text without effect. Default: `""`. */
  message?: string | undefined;
}

/** Up to 0.9 `experimental.windows_sandbox`. */
export interface PolicyWindowsSandbox {
  /** Milliseconds without use after which the virtual machine ends. Default: `300000`. */
  idleTimeoutMs?: number | undefined;
  /** Older spelling of `idleTimeoutMs`, used when that is absent. */
  idleTimeout?: number | undefined;
  /** Name of the pipe of its service. Default: `"wxc-windows-sandbox"`. */
  daemonPipeName?: string | undefined;
}

/** Linux containers on Windows. Up to 0.9 `experimental.wslc`. */
export interface PolicyWslc {
  /** System of the container. Default: `"linux"`. */
  targetOs?: string | undefined;
  /** Name of the image. Default: `"alpine:latest"`. */
  image?: string | undefined;
  /** File with the image. */
  imageTarPath?: string | undefined;
  /** Where its disk is kept. */
  storagePath?: string | undefined;
  /** Processors. */
  cpuCount?: number | undefined;
  /** Memory in MiB. */
  memoryMb?: number | undefined;
  /** The graphics processor. Default: `false`. */
  gpu?: boolean | undefined;
  /** Ports of the host that lead into the container. Default: `[]`. */
  portMappings?: PolicyWslcPortMappings[] | undefined;
}

/** One port; each `windowsPort` once for each protocol. */
export interface PolicyWslcPortMappings {
  /** Port of the host. */
  windowsPort: number;
  /** Port in the container. */
  containerPort: number;
  /** `udp` up to 0.8. Default: `"tcp"`. */
  protocol?: 'tcp' | 'udp' | undefined;
}

/** A session of its own on Windows. */
export interface PolicyExperimentalIsolationSession {
  /** Size of the session. Default: `"composable"`. Versions: 0.4 to 0.9. */
  configurationId?: 'small' | 'medium' | 'large' | 'composable' | undefined;
}

/** Up to 0.9 `experimental.telemetry`. */
export interface PolicyTelemetry {
  /** No effect. Nothing is ever reported to anybody, whatever this says. */
  enabled?: boolean | undefined;
}

/** Small virtual machines without an operating system. */
export interface PolicyHyperlight {
  /** Which guest program is loaded. Versions: 1.1.0-alpha. */
  runtime?: string | undefined;
}
