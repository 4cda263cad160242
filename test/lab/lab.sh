#!/bin/bash
# A virtual machine with a real Docker engine and Compose on a kernel that has ipvlan, for tests. It runs in QEMU's
# software emulation, so that it needs no KVM, and is thrown away after each run.
#
#   lab.sh build                         make it from Debian's packages (as root; minutes), where it is not made yet
#   lab.sh made                          exit 0 where it is made; waits for one that makes it
#   lab.sh packages                      installs only the tools
#   lab.sh run [opts] DIR CMD [ARG...]   carry DIR to /src in the machine, run CMD there; its exit code is ours
#        -d 26|28   the engine: 26.1 with Compose 2.26, or 28.5 with Compose 2.40 (default 28)
#        -c         boot, instead of resuming the machine as it was when the engine was ready
#        -i         its clock counts its instructions, 10^9 a second, on one processor: work takes in it what it takes
#                   on a machine of that speed, however slow this one is; boots
#        -o DIR     copy the machine's /out there afterwards
#        -t SECS    give it up after so long without a word from CMD and without work (default 180), or after ten
#                   times as much processor time without a word
#        -v         show the kernel's console at the end
#
# LAB_SYSTEMD=1: another machine, which has systemd as process 1 and the engine of its suite as Debian starts it. It
# boots for each run, CMD runs at each of its starts, and has it start again by ending with 194. eth0 to eth2 are its
# cards, eth3 to eth5 the other ends of their cables. LAB_SUITE: Debian's suite, trixie (engine 26.1) or bookworm
# (20.10, with Compose 2.40).
#
# `build` installs what it needs of Debian's packages. Packages come from where this machine has its own. All is kept in
# ${LAB_CACHE:-${XDG_CACHE_HOME:-~/.cache}/netcompose-lab}; what is there and was made by this recipe is not made again.
#
#   vda  root file system; opened as a snapshot, so that no run changes it
#   vdb  DIR and the command as a tar on a raw disk, its length first; read with O_DIRECT, because a resumed machine
#        would otherwise see the disk as it was
#   vdc  a raw disk to which the machine writes a tar of /out, with the exit code in /out/.rc
#   vport0p1 (virtio-serial)  what the command writes, streamed to our stdout
#   ttyS0    the kernel's console
set -euo pipefail
self=$(readlink -f "$0")
lab=${LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netcompose-lab}
memory=2048
processors=2
accelerator=tcg,thread=multi
packages=iproute2,iptables,kmod,procps,iputils-ping,nodejs,docker.io,docker-cli,docker-compose,crun
packages+=,ca-certificates,busybox-static,python3,tcpdump,curl,util-linux
# In the order in which they depend on each other: insmod does not look.
virtio="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console"
engines="26 28"
suite=trixie
if [ -n "${LAB_SYSTEMD:-}" ]; then
  suite=${LAB_SUITE:-trixie}
  packages+=,systemd-sysv,udev,dnsmasq-base,ifupdown,dhcpcd-base,network-manager,netplan.io,nftables
  engines=''
  if [ "$suite" = trixie ]; then
    lab+=/systemd packages+=,connman,firewalld
  else
    # The command is part of its engine's package, and its docker-compose is the one in Python.
    lab+=/systemd-$suite packages=${packages/,docker-cli,docker-compose/}
  fi
fi

say() { printf 'lab: %s\n' "$*" >&2; }
fail() { say "$*"; exit 125; }

qemu() { # STATE-DIR ROOT-DRIVE ENGINE EXTRA...
  local state=$1 root=$2 engine=$3; shift 3
  # KVM hangs on some virtual machines; emulation works everywhere.
  exec qemu-system-x86_64 -machine pc -accel $accelerator -cpu max -smp $processors -m $memory \
    -nodefaults -no-user-config -display none -nic none -action "reboot=${reboot:-shutdown}" \
    -kernel "$lab/vmlinuz" -initrd "$lab/initrd.gz" \
    -append "console=ttyS0 quiet panic=1 mitigations=off nokaslr tsc=reliable lab.docker=$engine ${kernel:-}" \
    -serial "file:$state/console.log" \
    -drive "if=none,id=a,$root" -device virtio-blk-pci,drive=a \
    -drive "if=none,id=b,file=$state/in.raw,format=raw,cache=unsafe" -device virtio-blk-pci,drive=b \
    -drive "if=none,id=c,file=$state/out.raw,format=raw,cache=unsafe" -device virtio-blk-pci,drive=c \
    -device virtio-serial-pci -chardev file,id=o,path=/dev/stdout,append=on \
    -device virtserialport,chardev=o,name=out "$@"
}

# Waits for a machine to end, or to write TEXT into FILE. 1 where it hangs: for QUIET seconds it has neither written to
# FILE nor worked, or it has worked for ten times as long without writing. No clock ends it: a loaded host is slow.
attend() { # PID QUIET FILE [TEXT]
  local pid=$1 quiet=$2 file=$3 text=${4:-} size=-1 written=-1 fields ticks=0 alive=0 reported=0 looks=0
  while kill -0 "$pid" 2>/dev/null; do
    if [ -n "$text" ] && grep -q "$text" "$file" 2>/dev/null; then return 0; fi
    # Beside this shell, because bash runs no trap before a command in the foreground has ended.
    sleep 1 & wait $! || :
    read -ra fields <<<"$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null || :)"
    # Hundredths of a second, in user and in system mode.
    ticks=$((${fields[11]:-0} + ${fields[12]:-0}))
    size=$(stat -c %s "$file" 2>/dev/null || echo 0)
    looks=$((looks + 1))
    if [ "$size" != "$written" ]; then written=$size reported=$ticks; fi
    # A machine that waits still uses a few hundredths: its clock is emulated too.
    if [ "$reported" = "$ticks" ] || [ $((ticks - alive)) -ge $((quiet * 10)) ]; then alive=$ticks looks=0; fi
    if [ "$looks" -ge "$quiet" ]; then say "nothing has moved for $quiet s"; return 1; fi
    if [ $((ticks - reported)) -ge $((quiet * 1000)) ]; then
      say "$((quiet * 10)) s of processor time have brought nothing"; return 1
    fi
  done
}

# --- build ------------------------------------------------------------------------------------------------------------

# The address of this machine's own Debian mirror.
mirror() {
  local found
  found=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
  [ -n "$found" ] || found=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }' \
    /etc/apt/sources.list 2>/dev/null)
  [ -n "$found" ] || fail 'this machine has no Debian mirror in /etc/apt'
  printf '%s\n' "$found"
}

# What the machine is made from: this file, but for what only runs it, and the Node that it takes along.
recipe() { { sed '/^# --- run/,$d' "$self"; node --version; } | sha256sum; }
isCurrent() { [ "$(cat "$lab/made" 2>/dev/null)" = "$(recipe)" ]; }
isMade() { isCurrent && [ -z "$(missingPackages)" ]; }

waitForBuild() { [ ! -e "$lab/lock" ] || flock -s "$lab/lock" true; }

missingPackages() {
  local tool
  for tool in qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils mmdebstrap:mmdebstrap cpio:cpio \
    mke2fs:e2fsprogs depmod:kmod; do
    command -v "${tool%:*}" >/dev/null || printf '%s ' "${tool#*:}"
  done
}

build() {
  if isMade; then return; fi
  [ "$(id -u)" = 0 ] || fail 'build it as root'
  mkdir -p "$lab"
  exec 9>"$lab/lock"; flock 9
  installTools
  # Another one may have made it while this one waited.
  if isCurrent; then return; fi
  cd "$lab"; rm -f made
  download
  makeRoot
  local engine; for engine in $engines; do snapshot "$engine"; done
  recipe >made
}

installTools() {
  local missing; missing=$(missingPackages)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "this is not Debian; install $missing"
  say "installing $missing"
  export DEBIAN_FRONTEND=noninteractive
  # Package lists may be absent or out of date. (The list is split into words.)
  local install=(apt-get install -y -qq --no-install-recommends --no-remove $missing)
  "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq >/dev/null; "${install[@]}" >/dev/null; }
}

download() {
  # Fetched once; a change of this list fetches again.
  local wanted; wanted=$(printf '%s' "$packages" | sha256sum | cut -c1-12)
  if [ ! -f "userland-$wanted.tar" ]; then
    say 'packages'
    rm -f userland-*.tar
    mmdebstrap --quiet --variant=minbase --include="$packages" --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
      "$suite" userland.part.tar "$(mirror)"
    mv userland.part.tar "userland-$wanted.tar"
  fi
  ln -sf "userland-$wanted.tar" userland.tar
  if ! ls kernel/*.deb >/dev/null 2>&1; then
    say 'kernel'
    mkdir -p kernel
    local image; image=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p' | head -1)
    (cd kernel && apt-get -o APT::Sandbox::User=root download "$image" >/dev/null)
  fi
  if ! ls sid/docker.io_*.deb >/dev/null 2>&1; then
    say 'engine 28'
    mkdir -p sid/lists/partial
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$(mirror)" >sid/sources.list
    local options=(-o "Dir::Etc::sourcelist=$lab/sid/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$lab/sid/lists" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >/dev/null
    (cd sid && apt-get "${options[@]}" download docker.io docker-cli docker-compose containerd runc >/dev/null)
  fi
}

makeRoot() {
  say 'root file system'
  rm -rf root unpacked image early; mkdir -p root unpacked image early
  tar -C root -xpf userland.tar
  dpkg-deb -x kernel/*.deb unpacked; cp unpacked/boot/vmlinuz-* vmlinuz
  local version; version=$(ls unpacked/lib/modules)
  mkdir -p root/lib/modules && cp -a "unpacked/lib/modules/$version" root/lib/modules/ && chroot root depmod "$version"
  rm -rf root/var/cache/apt root/var/lib/apt/lists root/usr/bin/ctr
  rm -rf root/usr/lib/modules/"$version"/kernel/{drivers/gpu,drivers/infiniband,sound}
  # Engine 28 lies beside 26, with its own containerd and runc.
  mkdir -p root/opt/d{26,28}/cfg/cli-plugins root/src root/out root/img
  local package
  for package in docker.io docker-cli docker-compose containerd runc; do
    dpkg-deb -x sid/${package}_*.deb root/opt/d28
  done
  rm -rf root/opt/d28/usr/bin/ctr root/opt/d28/usr/share
  ln -sf /opt/d28/usr/libexec/docker/cli-plugins/docker-compose root/opt/d28/cfg/cli-plugins/docker-compose
  local plugins=/usr/libexec/docker/cli-plugins
  mkdir -p root$plugins
  [ -e root$plugins/docker-compose ] || ln -s /opt/d28$plugins/docker-compose root$plugins/docker-compose
  ln -sf $plugins/docker-compose root/opt/d26/cfg/cli-plugins/docker-compose
  # They would configure every card at the first start, before anybody has chosen one of them.
  rm -f root/etc/systemd/system/*.wants/{connman*,firewalld}.service
  takeNode
  # crun does what runc does, in C: half the time that a container takes to start here is that of Go programs starting.
  mkdir -p root/etc/docker
  echo '{ "default-runtime": "crun", "runtimes": { "crun": { "path": "/usr/bin/crun" } } }' >root/etc/docker/daemon.json
  echo lab >root/etc/hostname; echo '127.0.0.1 localhost lab' >root/etc/hosts; : >root/etc/resolv.conf

  # The containers' image: busybox with all its applets.
  mkdir -p image/bin image/tmp image/etc image/www image/root
  cp root/usr/bin/busybox image/bin/busybox
  local applet
  for applet in $(chroot root busybox --list); do
    [ "$applet" = busybox ] || ln -sf busybox "image/bin/$applet"
  done
  echo 'root:x:0:0::/root:/bin/sh' >image/etc/passwd
  tar -C image -cf root/img/busybox.tar .

  makeInitrd "$version"
  rm -f root.ext4; truncate -s 3G root.ext4
  mke2fs -q -t ext4 -O ^has_journal,^metadata_csum,^64bit -E lazy_itable_init=1,root_owner=0:0 -m 0 -d root root.ext4
  rm -rf root unpacked image early
}

# Debian's Node starts five times as slowly as one with its start-up snapshot inside, which this machine's mostly is.
takeNode() {
  cp -L "$(node -p process.execPath)" root/usr/local/bin/node
  chroot root /usr/local/bin/node -e 0 2>/dev/null || rm root/usr/local/bin/node
}

# busybox and the modules of the disks, then the init of the machine, which lies here so that it can be read without the
# root.
makeInitrd() {
  mkdir -p early/{bin,proc,sys,dev,mnt,m}
  cp root/usr/bin/busybox early/bin/
  local module file
  for module in $virtio; do
    file=$(find "unpacked/lib/modules/$1" -name "$module.ko*" | head -1)
    if [ -n "$file" ]; then cp "$file" early/m/; fi
  done
  cat >early/lab-init <<'INIT'
#!/bin/bash
# Process 1 of the machine.
export HOME=/root TERM=dumb LANG=C
mount -t tmpfs t /run; mount -t tmpfs t /tmp; mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts d /dev/pts; mount -t tmpfs t /dev/shm; mount -t cgroup2 c /sys/fs/cgroup
exec </dev/null; ip link set lo up; hostname lab
echo 1 >/proc/sys/net/ipv4/ip_forward
# A card and its cable, there before the engine as on any host: where an interface has no address, the kernel takes the
# address of the first that has one, and that should not be a bridge of the engine's.
ip link add name eth0 type veth peer name eth0-cable
engine=$(grep -o 'lab.docker=[0-9]*' /proc/cmdline | cut -d= -f2)
# Few containers at a time: engine 26 gives up a published port after 16 s, and an emulated machine that starts 25
# containers at once is slower than that.
cat >/run/env <<ENV
export HOME=/root LANG=C DOCKER_CONFIG=/opt/d$engine/cfg COMPOSE_PARALLEL_LIMIT=4
export PATH=/opt/d$engine/usr/sbin:/opt/d$engine/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV
. /run/env
# However long it takes: the host sees whether the machine still works. The engine itself waits 15 s for its containerd,
# and gives up where the host has much else to do.
for attempt in 1 2 3 4 5; do
  setsid dockerd --data-root /var/lib/docker$engine >>/run/dockerd.log 2>&1 </dev/null &
  while kill -0 $! 2>/dev/null; do [ -S /run/docker.sock ] && docker version >/dev/null 2>&1 && break 2; sleep .1; done
done
# Read once, so that the machine resumes with the programs in its memory.
docker compose version >/dev/null; node -e 0; ip -V >/dev/null; python3 -c 'import ipaddress, json, selectors'
docker import -c 'CMD ["sh"]' /img/busybox.tar busybox:latest >/dev/console 2>&1 &&
  echo LAB-READY >/dev/console || { tail -50 /run/dockerd.log >/dev/console; poweroff -f; }
while :; do
  header=$(dd if=/dev/vdb iflag=direct bs=4096 count=1 2>/dev/null | tr -d '\0')
  [ -n "$header" ] && break
  sleep .1
done
dd if=/dev/vdb iflag=direct bs=4096 skip=1 count=${header#LAB } 2>/dev/null | tar -x --no-same-owner -C /
# The clock stood still in the snapshot.
date -s "@$(cat /labjob/now)" >/dev/null
cd /src; out=$(ls /dev/vport*p1 | head -1)
setsid bash -c '. /run/env; cd /src; . /labjob/cmd' >$out 2>&1; code=$?
cp /run/dockerd.log /out/dockerd.log; echo $code >/out/.rc
tar -C /out -cf /dev/vdc .; blockdev --flushbufs /dev/vdc; sync
echo o >/proc/sysrq-trigger; sleep 5; poweroff -f
INIT
  cat >early/lab-job <<'JOB'
#!/bin/bash
# What the machine was asked for, at each start. (The disk is read once: its file is as long as it was.)
export HOME=/root TERM=dumb LANG=C
if [ ! -d /labjob ]; then
  header=$(dd if=/dev/vdb iflag=direct bs=4096 count=1 2>/dev/null | tr -d '\0')
  dd if=/dev/vdb iflag=direct bs=4096 skip=1 count=${header#LAB } 2>/dev/null | tar -x --no-same-owner -C /
  docker import -c 'CMD ["sh"]' /img/busybox.tar busybox:latest >/dev/console 2>&1
fi
cd /src; out=$(ls /dev/vport*p1 | head -1)
bash -c '. /labjob/cmd' >$out 2>&1; code=$?
if [ $code = 194 ]; then exec systemctl reboot; fi
journalctl -b >/out/journal.log; echo $code >/out/.rc
tar -C /out -cf /dev/vdc .; blockdev --flushbufs /dev/vdc
exec systemctl poweroff
JOB
  cat >early/lab-job.service <<'UNIT'
[Unit]
After=multi-user.target docker.service
[Service]
Type=simple
ExecStart=/lab-job
UNIT
  chmod +x early/lab-init early/lab-job
  { echo '#!/bin/busybox sh'
    echo 'b=/bin/busybox; $b mount -t proc p /proc; $b mount -t sysfs s /sys; $b mount -t devtmpfs d /dev'
    for module in $virtio; do
      for file in early/m/$module.ko*; do if [ -f "$file" ]; then echo "\$b insmod /m/${file##*/}"; fi; done
    done
    echo 'n=0; while [ ! -b /dev/vda ] && [ $n -lt 100 ]; do $b sleep .1; n=$((n+1)); done'
    echo '$b mount -t ext4 -o rw,noatime /dev/vda /mnt; for d in proc sys dev; do $b mount --move /$d /mnt/$d; done'
    echo '$b cp /lab-init /lab-job /mnt/; if $b grep -q lab.systemd /mnt/proc/cmdline; then'
    echo '  units=/mnt/etc/systemd/system; $b mkdir -p $units/graphical.target.wants'
    echo '  $b cp /lab-job.service $units/; $b ln -sf ../lab-job.service $units/graphical.target.wants/'
    echo '  [ -s /mnt/etc/machine-id ] || $b sed s/-//g /mnt/proc/sys/kernel/random/uuid >/mnt/etc/machine-id'
    echo '  exec $b switch_root /mnt /lib/systemd/systemd; fi'
    echo 'exec $b switch_root /mnt /lab-init'; } >early/init
  chmod +x early/init
  (cd early && find . | sort | cpio -o -H newc --quiet | gzip -1) >initrd.gz
}

# Boots to "engine ready" and saves memory and disk, so that a run resumes in a second or two. The machine stands still
# while it is saved: QEMU's emulation has been seen to miss pages that were written meanwhile, and the kernel to crash
# when it was resumed. That it was stopped is left out of what is saved, so that it goes on by itself.
snapshot() {
  local engine=$1 state=$lab/snap$1 pid
  say "engine $engine: first boot"
  rm -rf "$state"; mkdir -p "$state"
  truncate -s 512M "$state/in.raw"; truncate -s 256M "$state/out.raw"
  qemu-img create -q -f qcow2 -b "$lab/root.ext4" -F raw "$state/disk.qcow2"
  local root="file=$state/disk.qcow2,format=qcow2,cache=unsafe"
  (qemu "$state" "$root" "$engine" \
    -global migration.store-global-state=off -qmp "unix:$state/qmp,server=on,wait=off" 9>&-) \
    >/dev/null 2>"$state/qemu.err" </dev/null &
  pid=$!
  attend "$pid" 180 "$state/console.log" LAB-READY || :
  if ! grep -q LAB-READY "$state/console.log" 2>/dev/null; then
    kill "$pid" 2>/dev/null || :
    tail -20 "$state/console.log" "$state/qemu.err" >&2 || :
    fail "engine $engine has not come up"
  fi
  sleep 2
  node -e '
    const socket = require("net").connect(process.argv[1]);
    const queue = [{ execute: "qmp_capabilities" }, { execute: "stop" },
      { execute: "migrate-set-parameters", arguments: { "max-bandwidth": 1e10 } },
      { execute: "migrate", arguments: { uri: "exec:cat > " + process.argv[2] } }];
    let text = "", next = 0, done = false, written = -1;
    // Looks are counted, not seconds: a loaded machine looks less often.
    let quietLooks = 0;
    const send = (command) => socket.write(JSON.stringify(command) + "\n");
    const stop = (why) => { if (why) console.error(why); process.exit(why || !done ? 1 : 0); };
    socket.on("data", (data) => {
      text += data;
      for (let end; (end = text.indexOf("\n")) >= 0; text = text.slice(end + 1)) {
        const message = JSON.parse(text.slice(0, end));
        if (message.error) stop(message.error.desc);
        else if (message.QMP || (message.return && next < queue.length)) send(queue[next++]);
        else if (message.return && message.return.status === "completed") { done = true; send({ execute: "quit" }); }
        else if (message.return && message.return.status === "failed") stop("the snapshot failed");
        else if (message.return) {
          const now = message.return.ram?.transferred ?? written;
          quietLooks = now === written ? quietLooks + 1 : 0;
          written = now;
          if (quietLooks > 600) stop("the snapshot no longer grows");
          setTimeout(() => send({ execute: "query-migrate" }), 200);
        }
      }
    });
    socket.on("close", () => stop()); socket.on("error", (error) => stop(done ? undefined : error.message));
    ' "$state/qmp" "$state/ram" || { kill "$pid" 2>/dev/null || :; fail "engine $engine: no snapshot"; }
  wait "$pid" || :
}

# Three cards of a host, then the other ends of their cables.
cards() {
  local side card
  for side in 1 2; do
    for card in 1 2 3; do
      printf '%s ' -netdev "hubport,hubid=$card,id=n$side$card" \
        -device "virtio-net-pci,netdev=n$side$card,mac=52:54:00:00:0$side:0$card,romfile="
    done
  done
}

# --- run --------------------------------------------------------------------------------------------------------------

# Whatever ends this script, the machine ends with it; a second signal must not come in between.
switchOff() {
  trap '' INT TERM HUP
  kill $(jobs -p) 2>/dev/null && wait || :
  rm -rf "$state"
}

# Ends a machine whose processors stand still. Now and then the kernel locks up in an emulated one, whatever runs there,
# and never comes back; it uses its processor time meanwhile, so that it looks as if it worked.
endLockedUp() { # PID STATE-DIR
  while kill -0 "$1" 2>/dev/null; do
    sleep 5
    grep -qE 'soft lockup - CPU#[0-9]+ stuck for [0-9]{3,}s' "$2/console.log" 2>/dev/null || continue
    : >"$2/locked-up"
    kill -KILL "$1"
    return
  done
}

run() {
  local engine=28 cold='' counted=() out='' quiet=180 verbose='' option
  while getopts d:cio:t:v option; do
    case $option in
      d) engine=$OPTARG ;; c) cold=1 ;; o) out=$OPTARG ;; t) quiet=$OPTARG ;; v) verbose=1 ;;
      # While nothing is to be done its clock goes with this machine's, so that a disk is not slower than it is.
      i) cold=1 counted=(-icount shift=0,sleep=on) accelerator=tcg,thread=single processors=1 ;;
      *) exit 64 ;;
    esac
  done
  shift $((OPTIND - 1))
  [ $# -ge 2 ] || fail 'run DIR CMD [ARG...]'
  [ -f "$lab/made" ] || fail 'not built: lab.sh build'
  [ -n "${LAB_SYSTEMD:-}" ] || [ -d "$lab/snap$engine" ] || fail "there is no engine $engine (there are $engines)"
  local dir; dir=$(readlink -f "$1"); shift
  state=$(mktemp -d "$lab/run.XXXXXX"); trap switchOff EXIT; trap 'exit 130' INT TERM HUP
  mkdir -p "$state/job/labjob"
  # One argument is a line for bash, several are an argument vector.
  if [ $# = 1 ]; then printf '%s\n' "$1"; else printf '%q ' "$@"; fi >"$state/job/labjob/cmd"
  date +%s >"$state/job/labjob/now"
  tar -cf "$state/in.tar" -C "$state/job" labjob --transform 's,^\./,src/,;s,^\.$,src,' \
    -C "$dir" --exclude=./node_modules --exclude=./.git .
  # The length comes first, because tar would read a device to its end; the sizes are those the snapshot has seen.
  local blocks=$((($(stat -c %s "$state/in.tar") + 4095) / 4096))
  { printf 'LAB %d' "$blocks" | dd bs=4096 conv=sync 2>/dev/null; cat "$state/in.tar"; } >"$state/in.raw"
  truncate -s 512M "$state/in.raw"; truncate -s 256M "$state/out.raw"; rm "$state/in.tar"
  if [ -n "${LAB_SYSTEMD:-}" ]; then cold=1; fi
  local root="file=$lab/snap$engine/disk.qcow2,format=qcow2,cache=unsafe,snapshot=on"
  local resume=(-incoming "exec:cat $lab/snap$engine/ram")
  if [ -n "$cold" ]; then root="file=$lab/root.ext4,format=raw,cache=unsafe,snapshot=on"; resume=(); fi
  # Words for its kernel, such as `ipv6.disable=1`: a machine that boots (-c) reads them.
  local reboot=shutdown kernel=${LAB_KERNEL:-}
  if [ -n "${LAB_SYSTEMD:-}" ]; then
    # systemd and udev give nothing up by the clock either, which here runs on while the machine stands still.
    kernel='systemd.default_timeout_start_sec=3600 systemd.default_device_timeout_sec=3600 udev.event_timeout=3600'
    # Engine 20.10 refuses containers where the kernel has AppArmor and the machine has none of its programs.
    reboot=reset kernel+=' lab.systemd net.ifnames=0 apparmor=0' resume=($(cards))
  fi
  set +e
  # Through tee, because a stdout that is a file would be written from its beginning; without input, which would block
  # it.
  : >"$state/written"
  qemu "$state" "$root" "$engine" "${resume[@]}" "${counted[@]}" </dev/null > >(tee "$state/written") &
  local machine=$! hangs=''
  endLockedUp "$machine" "$state" &
  attend "$machine" "$quiet" "$state/written" || { hangs=1; kill -KILL "$machine"; }
  { wait "$machine"; } 2>/dev/null
  local code=$?
  [ -z "$verbose" ] || cat "$state/console.log" >&2
  mkdir -p "$state/out"; tar -C "$state/out" -xf "$state/out.raw" 2>/dev/null
  if [ -n "$out" ]; then mkdir -p "$out"; cp -a "$state/out/." "$out/"; fi
  if [ -f "$state/out/.rc" ]; then exit "$(cat "$state/out/.rc")"; fi
  tail -5 "$state/console.log" >&2
  if [ -e "$state/locked-up" ]; then say "the machine's kernel has locked up"; exit 75; fi
  [ -z "$hangs" ] || fail "the command was given up; above, the last that the console has"
  fail "the machine has ended without an exit code (QEMU: $code)"
}

case ${1:-} in
  build) build ;;
  packages) installTools ;;
  made) waitForBuild; isMade ;;
  run) shift; run "$@" ;;
  *) sed -n '2,20s/^# \?//p' "$0"; exit 64 ;;
esac
