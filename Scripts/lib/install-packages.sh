#!/usr/bin/env bash
# install-packages.sh PACKAGE…: run as root by Scripts/setup. Installs Debian packages without starting services, now or
# at the next boot, and without creating a database cluster:
#
# - invoke-rc.d and deb-systemd-invoke run /usr/sbin/policy-rc.d before they start a service. Exit code 101 forbids it.
#   An existing file is kept.
# - postgresql-common reads createcluster.d before it creates the cluster "main". The file exists only during the
#   installation, so that servers that the user installs later get their cluster.
# - pgbouncer and redis-server would start at boot. Each is disabled if it was not installed before.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C.UTF-8
umask 022

readonly marker='# Temporary, by Scripts/setup of seed-runner: may be deleted when no setup runs.'
readonly policy=/usr/sbin/policy-rc.d
readonly clusters=/etc/postgresql-common/createcluster.d
readonly no_cluster=$clusters/zz-seed-runner.conf
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Serialize concurrent setups, because the first one to end would remove the policy of the other.
exec 9>/run/seed-runner-setup.lock
flock 9

made_clusters=false
clean_up() {
  rm -f -- "$log" "$no_cluster"
  ! $made_clusters || rmdir --ignore-fail-on-non-empty -- "$clusters"
  # Detected by the marker, so that a file left by a killed setup is also removed.
  ! grep -qsF -- "$marker" "$policy" || rm -f -- "$policy"
}
trap clean_up EXIT

[[ -e $policy ]] || install -m 755 /dev/stdin "$policy" <<<"#!/bin/sh
$marker
exit 101"
if [[ ! -d $clusters ]]; then
  made_clusters=true
  mkdir -p -- "$clusters"
fi
printf '%s\ncreate_main_cluster = false\n' "$marker" >"$no_cluster"
had_pgbouncer=false had_redis=false
[[ ! -e /usr/sbin/pgbouncer ]] || had_pgbouncer=true
[[ ! -e /usr/bin/redis-server ]] || had_redis=true

apt() {
  apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null >>"$log" 2>&1 9>&-
}
# Ignore errors of single repositories. The installation fails if packages are missing.
apt update || true
if ! apt install -y --no-install-recommends -- "$@"; then
  tail -n 20 -- "$log" >&2
  exit 1
fi

# disable SERVICE: does the same as `systemctl disable`, also without systemd. Upgrades keep this state.
disable() {
  rm -f -- "/etc/systemd/system/multi-user.target.wants/$1.service"
  update-rc.d "$1" disable >>"$log" 2>&1
}
if ! $had_pgbouncer && [[ -e /usr/sbin/pgbouncer ]]; then disable pgbouncer; fi
if ! $had_redis && [[ -e /usr/bin/redis-server ]]; then
  disable redis-server
  # The alias of the unit.
  [[ ! -L /etc/systemd/system/redis.service ]] || rm -f -- /etc/systemd/system/redis.service
fi
