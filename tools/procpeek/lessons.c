// SPDX-License-Identifier: MIT
//
// lessons.c: what each thing that can differ is for, and where it is taught.
//
// Shows:     in one sentence each, the features that a container is made of.
// Leaves out: how to tell: facts_*.c.
// Read:      namespaces(7), capabilities(7), cgroups(7).

#define _GNU_SOURCE
#include "procpeek.h"

// In the order in which a container is built.
const struct lesson lessons[LESSONS] = {
    {"ns.mnt", "07-namespaces",
     "its own mounts: mounting changes nothing for others"},
    {"root", "08-root-filesystem",
     "its own /: no path leads to the files of the other"},
    {"root mount", "11-layers",
     "its / is a file system of its own, often layers of an image"},
    {"mounts", "08-root-filesystem",
     "how many mounts there are below its root"},
    {"ns.pid", "05-container-is-a-process",
     "its own PIDs, from 1 on: it sees and signals only what is inside"},
    {"ns.net", "10-network", "its own interfaces, addresses, routes and ports"},
    {"interfaces", "10-network", "the network interfaces that it can use"},
    {"ns.ipc", "07-namespaces",
     "its own shared memory, semaphores and message queues"},
    {"ns.uts", "07-namespaces",
     "its own hostname, to change without telling anyone"},
    {"hostname", "07-namespaces", "the name that uname(2) gives it"},
    {"ns.user", "14-rootless",
     "its own user ids: root in there need not be root out here"},
    {"uid map", "14-rootless", "which user outside each user inside really is"},
    {"gid map", "14-rootless",
     "which group outside each group inside really is"},
    {"ns.cgroup", "09-cgroups",
     "its own view of the cgroup tree, with its own group as /"},
    {"ns.time", "07-namespaces",
     "its own offsets of the boot and monotonic clocks"},
    {"cgroup", "09-cgroups",
     "the groups where its use of the machine is counted and limited"},
    {"memory limit", "09-cgroups",
     "past this much its group reclaims, then a process of it is killed"},
    {"cpu limit", "09-cgroups",
     "past this much processor time its group has to wait"},
    {"pids limit", "09-cgroups",
     "past this many processes fork(2) fails: no fork bombs"},
    {"limit processes", "03-proc",
     "how many processes its user may have: setrlimit(2)"},
    {"limit open files", "03-proc", "how many descriptors it may have open"},
    {"limit locked memory", "03-proc", "how much it may keep from swapping"},
    {"limit core file", "03-proc",
     "how much of its memory is dumped at a crash"},
    {"oom adjustment", "09-cgroups",
     "how likely it is chosen when the memory runs out"},
    {"environment", "05-container-is-a-process",
     "it was started with variables of its own, not those of a login"},
    {"uid", "13-security", "the user whose files and processes it may touch"},
    {"gid", "13-security", "the group whose files it may touch"},
    {"groups", "13-security", "supplementary groups give rights as well"},
    {"cap effective", "13-security",
     "the parts of root's power that it has now"},
    {"cap bounding", "13-security",
     "the most that running a program can give it"},
    {"no_new_privs", "13-security",
     "yes: no set-user-ID program gives it more rights"},
    {"seccomp", "13-security",
     "a filter decides which system calls it may make"},
    {"cap ambient", "13-security",
     "what it keeps, though not root, when it runs a program"},
    {"lsm label", "13-security",
     "the profile of the security module that confines it"},
};
