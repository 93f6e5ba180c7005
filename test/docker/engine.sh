#!/bin/sh
# engine.sh FOLDER NETWORK COMMAND...: runs a command beside a Docker engine that keeps all it has in FOLDER.
# NETWORK `outer`: builds reach the network of this machine, and containers none. `own`: everything is in a network of its
# own, which must be given (unshare --net), and reaches nothing outside.
# It is started by `unshare --mount --pid --fork --kill-child`: its mounts are seen by nobody else and go with the last
# process, and every process goes with this one, however that ends.
set -eu
folder=$1
network=$2
shift 2
mount -t proc proc /proc
# Engine and containerd leave keys and sockets in these; there they are covered, and what is written stays in FOLDER.
for place in etc opt run; do
  mkdir -p "$folder/cover/$place" "$folder/cover/$place.work"
  mount -t overlay -o "lowerdir=/$place,upperdir=$folder/cover/$place,workdir=$folder/cover/$place.work" overlay "/$place"
done
case $network in
  outer) set_up='--bridge=none --iptables=false --ip6tables=false --ip-forward=false' ;;
  own)
    ip link set lo up
    set_up=
    ;;
esac
# Not what the machine's own engine is set to.
echo '{}' >"$folder/engine.json"
# shellcheck disable=SC2086
dockerd --config-file="$folder/engine.json" --data-root="$folder/data" --exec-root="$folder/exec" --pidfile="$folder/engine.pid" \
  --host="unix://$folder/socket" --storage-driver="${STRAGGLER_TEST_STORAGE:-overlay2}" --cgroup-parent="/${folder##*/}" \
  $set_up >>"$folder/engine.log" 2>&1 &
engine=$!
export DOCKER_HOST="unix://$folder/socket"
until docker version >/dev/null 2>&1; do
  if ! kill -0 "$engine" 2>/dev/null; then
    echo "The engine did not start:" >&2
    tail -n 20 "$folder/engine.log" >&2
    exit 1
  fi
  sleep 0.1
done
status=0
"$@" || status=$?
kill "$engine"
wait "$engine" || true
exit "$status"
