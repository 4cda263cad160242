#!/bin/bash
# sandbox.sh COMMAND [ARG...]
#
# Runs COMMAND in network, mount and process namespaces of its own (root, Linux) and gives back its exit code. Whatever
# it makes (interfaces, packet filter rules, named namespaces, engines, containers) is gone when it ends, however it
# ends, and an engine that is already on the machine is out of its reach.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  exec unshare --net --mount --pid --fork --kill-child --mount-proc -- "$0" --inside "$@"
fi
shift

# All that is written for the moment goes to a file system that is gone with the rest.
scratch=$(mktemp -d -t netcompose-sandbox.XXXXXX)
mount -t tmpfs -o mode=755 tmpfs "$scratch"
export TMPDIR=$scratch NETCOMPOSE_SANDBOX=$scratch

# /sys shows the network namespace in which it was mounted; the control groups below it stay the machine's.
mkdir "$scratch/cgroup"
mount --rbind /sys/fs/cgroup "$scratch/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$scratch/cgroup" /sys/fs/cgroup
umount --lazy "$scratch/cgroup"
rmdir "$scratch/cgroup"
# `ip netns` keeps its names here.
mkdir -p /run/netns
mount -t tmpfs tmpfs /run/netns
ip link set lo up

# Not `exec`: the shell is the first process here, and reaps what nobody else waits for.
code=0
"$@" || code=$?
umount --lazy "$scratch"
rmdir "$scratch"
exit "$code"
