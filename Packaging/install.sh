#!/bin/sh
# install.sh: installs seed-runner from its tarball for the current user, without root.
#
#   install.sh [--prefix FOLDER] [--from FOLDER-OR-URL] [--version VERSION]    installs, or replaces an older version
#   install.sh [--prefix FOLDER] --uninstall                                   removes everything that it installed
#
# The prefix is ~/.local by default; the program goes to its folder bin. The tarball and the file SHA256SUMS are read
# from FOLDER-OR-URL, by default from the folder of this script, or from the release that it belongs to.
# Needs tar, gzip and sha256sum, and curl or wget for a URL.
set -eu

release='@RELEASE_URL@'
version='@VERSION@'
prefix=${HOME:+$HOME/.local}
from=
action=install

say() { printf 'install.sh: %s\n' "$*" >&2; }
fail() { # PROBLEM FIX
  printf 'install.sh: %s\n  %s\n' "$1" "$2" >&2
  exit 1
}

usage='Usage: install.sh [--prefix FOLDER] [--from FOLDER-OR-URL] [--version VERSION] [--uninstall]'
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --from | --version)
      [ $# -gt 1 ] || fail "$1 needs a value" "$usage"
      case $1 in --prefix) prefix=$2 ;; --from) from=$2 ;; *) version=$2 ;; esac
      shift 2
      ;;
    --uninstall) action=uninstall && shift ;;
    --help) printf '%s\n' "$usage" && exit ;;
    *) fail "unknown argument: $1" "$usage" ;;
  esac
done
[ -n "$prefix" ] || fail "HOME is not set" "Name the folder: install.sh --prefix FOLDER"
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac

# The paths of all installed files and of the folders that were created for them, relative to the prefix.
list=share/doc/seed-runner/installed

if [ "$action" = uninstall ]; then
  [ -f "$prefix/$list" ] || fail "seed-runner is not installed in $prefix by this script" "Name the folder: --prefix FOLDER"
  sed -n 's/^file //p' "$prefix/$list" | while IFS= read -r path; do rm -f -- "$prefix/$path"; done
  # Each folder is listed before its parent. One that has other files remains.
  folders=$(sed -n 's/^folder //p' "$prefix/$list")
  rm -f -- "$prefix/$list"
  printf '%s\n' "$folders" | while IFS= read -r path; do
    if [ "$path" = . ]; then path=$prefix; else path=$prefix/$path; fi
    rmdir -- "$path" 2>/dev/null || true
  done
  say "removed seed-runner from $prefix"
  exit
fi

# --- Find the tarball --------------------------------------------------------------------------

machine=$(uname -m)
case $(uname -s)-$machine in
  Linux-x86_64 | Linux-aarch64) ;;
  Linux-arm64) machine=aarch64 ;;
  *) fail "no program for $(uname -s) on $machine" "Use Linux on x86-64 or ARM64, or build from source." ;;
esac
archive=seed-runner-$version-linux-$machine.tar.gz

here=$(dirname -- "$0")
if [ -z "$from" ]; then
  if [ -f "$here/$archive" ]; then from=$here; else from=$release; fi
fi
[ -n "$from" ] || fail "$archive is not in the folder of this script" "Name its folder or URL: --from FOLDER-OR-URL"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fetch() { # NAME
  case $from in
    https://* | http://*)
      if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --retry 3 --output "$work/$1" -- "$from/$1"
      elif command -v wget >/dev/null; then
        wget --quiet --tries=3 --output-document="$work/$1" -- "$from/$1"
      else
        fail "neither curl nor wget is installed" "Install one, or download the files and use --from FOLDER."
      fi
      ;;
    *) cp -- "$from/$1" "$work/$1" ;;
  esac || fail "cannot get $from/$1" "Check the address and the network."
}
fetch SHA256SUMS
fetch "$archive"
(cd "$work" && grep -F -- " $archive" SHA256SUMS | sha256sum -c - >/dev/null) ||
  fail "$archive does not match its line in SHA256SUMS" "Download it again. Report it if it stays like this."

tar -C "$work" -xzf "$work/$archive"
new=$work/${archive%.tar.gz}
answer=$("$new/bin/seed-runner" --version 2>&1) ||
  fail "the program does not start: $answer" "It needs glibc 2.34 or newer; this system has: $(getconf GNU_LIBC_VERSION)"

# --- Install -----------------------------------------------------------------------------------

created=
touch "$work/old"
if [ -f "$prefix/$list" ]; then
  sed -n 's/^file //p' "$prefix/$list" >"$work/old"
  created="$(sed -n 's/^folder //p' "$prefix/$list")
"
fi
create() { # FOLDER, relative to the prefix
  [ -d "$prefix/$1" ] && return
  parent=$(dirname -- "$1")
  if [ "$1" = . ]; then mkdir -p -- "$prefix"; else create "$parent" && mkdir -- "$prefix/$1"; fi
  created="$1
$created"
}
(cd "$new" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >"$work/files"
while IFS= read -r path; do
  create "$(dirname -- "$path")"
  # Replaced by a rename, because the program may be running.
  cp -- "$new/$path" "$prefix/$path.new" && mv -f -- "$prefix/$path.new" "$prefix/$path"
done <"$work/files"
# Files of the older version that the new one does not have.
LC_ALL=C sort "$work/old" | LC_ALL=C comm -23 - "$work/files" | while IFS= read -r path; do rm -f -- "$prefix/$path"; done
{ sed 's/^/file /' "$work/files" && printf '%s' "$created" | sed 's/^/folder /'; } >"$prefix/$list"

say "installed $answer in $prefix"
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) say "add it to PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
