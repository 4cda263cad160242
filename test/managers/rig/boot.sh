#!/bin/bash
# boot.sh ROOT SCRATCH CGROUP [ETC]
#
# Boots a root's real systemd as process 1, with udevd and D-Bus, in network, mount, process, IPC, UTS and control
# group namespaces of its own on this machine's kernel. It writes to memory only. ROOT stays as it is; SCRATCH is a
# folder for the layer above it, CGROUP one that does not exist yet below the version 2 hierarchy. Does not return until
# that systemd has ended; whoever ends this process ends all of it. Network managers are masked at first. ETC is a
# folder with the /etc of another machine of this script's, which then is this one's, as after a reboot.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  mkdir "$3"
  echo $$ > "$3/cgroup.procs"
  exec unshare --mount --net --pid --uts --ipc --cgroup --fork --kill-child -- "$0" --inside "$1" "$2" "${4:-}"
fi
root=$2 scratch=$3 etc=$4

# Of no use where there is no hardware, or would change what belongs to the machine outside.
masked=(
  systemd-udev-trigger.service systemd-modules-load.service systemd-sysctl.service systemd-timesyncd.service
  systemd-random-seed.service systemd-binfmt.service systemd-hwdb-update.service systemd-logind.service
  systemd-pcrphase.service systemd-firstboot.service getty.target console-getty.service ldconfig.service
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount
  dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount
  e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
)
# A test unmasks those it is about.
managers=(
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service
  systemd-networkd-varlink.socket systemd-networkd-varlink-metrics.socket systemd-networkd-resolve-hook.socket
  systemd-networkd-persistent-storage.service
  systemd-resolved.service systemd-resolved-varlink.socket systemd-resolved-monitor.socket
  NetworkManager.service NetworkManager-wait-online.service NetworkManager-dispatcher.service
  wpa_supplicant.service dhcpcd.service avahi-daemon.service avahi-daemon.socket networking.service ifup@.service
  connman.service connman-wait-online.service firewalld.service
)

mount --make-rprivate /
mount -t tmpfs tmpfs "$scratch"
cd "$scratch"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" root
cd root
mount -t proc proc proc
mount -t sysfs sysfs sys
mkdir -p sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
# Of the kernel's settings only the network's belong to the namespaces.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount --bind "$scratch/root/proc/sys/net" proc/sys/net
mount -o remount,bind,rw proc/sys/net
for folder in run tmp dev; do mount -t tmpfs tmpfs "$folder"; done
mkdir dev/pts dev/shm
for name in null zero full random urandom tty; do touch "dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
touch dev/console
mkdir -p etc/systemd/system
if [ -n "$etc" ]; then
  rm -rf etc
  cp -a "$etc" etc
else
  for unit in "${masked[@]}" "${managers[@]}"; do ln -sf /dev/null "etc/systemd/system/$unit"; done
fi
rm -f etc/machine-id
echo 0123456789abcdef0123456789abcd01 > etc/machine-id
echo host > etc/hostname
hostname host
ip link set lo up

# Not chroot: what enters the namespaces later would be outside of it.
mkdir outside
pivot_root . outside
umount -l /outside
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lxc \
  setpriv --bounding-set -sys_time,-sys_module,-sys_boot,-sys_rawio,-syslog,-mac_admin \
  /lib/systemd/systemd --system --log-target=journal-or-kmsg
