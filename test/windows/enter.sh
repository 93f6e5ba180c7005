#!/bin/sh
# enter.sh ROOT [FROM:TO...] -- [NAME=VALUE...] -- COMMAND...: runs a command in the Debian folder ROOT as its ordinary
# user, with folders FROM of this machine, read-only, as TO in ROOT.
# It is started by `unshare --mount --pid --fork --kill-child`: the mounts are seen by nobody else and go with the last
# process, and every process goes with the first one, however that ends.
set -eu
root=$1
shift
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do
  mkdir -p "$root${1#*:}"
  mount --bind -o ro "${1%%:*}" "$root${1#*:}"
  shift
done
shift
cp /etc/hosts /etc/resolv.conf "$root/etc/"
variables=
while [ "$1" != -- ]; do
  # Values of ours alone: names, numbers and paths without blanks.
  variables="$variables $1"
  shift
done
shift
# No exec: as process 1 this shell collects the orphans that Wine makes.
# shellcheck disable=SC2086
chroot --userspec=61000:61000 "$root" /usr/bin/env -i HOME=/home/user LC_ALL=C.UTF-8 TZ=UTC PATH=/usr/bin:/bin \
  WINEPREFIX=/home/user/prefix WINEDEBUG=-all 'WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=' \
  $variables "$@"
