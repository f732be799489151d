/* SPDX-License-Identifier: MIT */
/* The executor's side of one run. */
#ifndef MXC_BACKEND_NATIVE_NATIVE_RUN_H
#define MXC_BACKEND_NATIVE_NATIVE_RUN_H

#include "backend/native/limits.h"
#include "backend/native/relay.h"
#include "backend/network.h"

/* What mxc-net is for. */
#define MXC_NETWORK_FEATURES (MXC_CAN(NETWORK_RULES) | MXC_CAN(NETWORK_PROXY))

struct mxc_run {
    struct native_job job;
    struct native_limits limits;
    struct native_cgroup cgroup;
    struct native_terminal terminal;
    struct native_output output;
    struct mxc_start_options options;
    struct mxc_net net; /* the network process, where the policy opens something */
    struct mxc_err
        net_lost;    /* how it ended before the sandbox did; its code is 0 when it did not */
    bool net_ready;  /* it is confined */
    bool net_served; /* it has the interface */
    pid_t init;      /* 0: not started or reaped */
    int pidfd;
    int channel;     /* the executor's end */
    int signals;     /* signalfd */
    int timer;       /* timeout, -1: none */
    int watch_timer; /* memory watcher, -1: none */
    int oom_event;   /* cgroup v1 ran out of memory, -1: none */
    int proc;        /* the sandbox's /proc, for the watcher */
    sigset_t old_mask;
    struct sigaction old_child; /* of SIGCHLD */
    bool lent[3];               /* standard streams whose pipes belong to the sandbox meanwhile */
    bool mask_changed;
    bool ended; /* 'status' holds how the program ended */
    int status;
    int interrupted; /* signal that ended the run */
    bool timed_out;
    bool tmp_full;
    bool over_memory; /* the watcher ended the run */
    int unwatched;    /* it did because it could not count: why */
    uint64_t peak_memory;
    struct timespec started, executed, finished;
    struct rusage usage;
};

/* supervise.c. Waits until the program was executed: 0 then, and also when a signal ended the run
 * before (run->interrupted); -1 with the error of the step that failed, or when the deadline
 * passed. */
int native_supervise_start(struct mxc_run *run, struct mxc_err *err);
/* Until process 1 is gone and reaped; relays, and enforces timeout and limits meanwhile. */
int native_supervise_wait(struct mxc_run *run, struct mxc_err *err);
/* After the end: what the program left in the pipes, as fast as the caller takes it. */
int native_supervise_drain(struct mxc_run *run, struct mxc_err *err);
/* After a wait that failed: ends and reaps what may still run, and hears the last of the
 * network. */
void native_supervise_abandon(struct mxc_run *run);
/* Kills process 1, and with it everything; nothing when it is gone already. */
void native_supervise_kill(struct mxc_run *run);

/* pipes.c: lets the program open its standard streams by name where they are the caller's pipes;
 * giving them back is for every path. */
int native_lend_pipes(struct mxc_run *run, struct mxc_err *err);
void native_return_pipes(struct mxc_run *run);

/* network.c: starts the network process when the plan has a network; it gets ready meanwhile. */
int native_network_start(struct mxc_run *run, struct mxc_err *err);
/* Gives it init's interface. */
int native_network_device(struct mxc_run *run, int device, struct mxc_err *err);
/* What it says: that it is ready, then events. -1: it failed or ended, which must end the run. */
int native_network_hear(struct mxc_run *run, struct mxc_err *err);
/* After that, while the program runs: nothing enforces the rules any more, so the sandbox ends. */
void native_network_lost(struct mxc_run *run);
/* The sandbox is gone: hears its last events, and ends it. */
void native_network_end(struct mxc_run *run);

/* watch.c: samples the memory of the sandbox's processes where no cgroup counts it. */
int native_watch_start(struct mxc_run *run, struct mxc_err *err);
void native_watch_sample(struct mxc_run *run);

/* report.c: how the run ended, and how each thing was enforced. */
void native_report(const struct mxc_run *run, struct mxc_exit *out);

/* probe.c: tries what the engine needs; see struct mxc_backend. */
int native_probe(struct mxc_probe *out, struct mxc_err *err);

#endif
