# shellcheck shell=bash
# How the scripts get a program of the release build. The caller has read common.sh.

# provide PROGRAM: sets `program` to its path, and sets up and builds first if need be. Nothing goes to
# standard output, which is the program's.
provide() {
  # shellcheck disable=SC2154 # assigned by the caller
  program=$root/.build/release/$1
  stamp=$root/.build/$1.stamp
  # Size and times of everything that goes into the program. Compared for equality, as git does with
  # its index: that also notices deleted files, files with an old date and a clock set back.
  inputs=("$root/Package.swift" "$root/Sources" "$root/Seeders")
  local input
  for input in "$(type -P swift || true)" "$root/Package.resolved" "$root/.swift-version" \
    "${SWIFTLY_HOME_DIR:-${XDG_DATA_HOME:-${HOME-}/.local/share}/swiftly}/config.json"; do
    [[ ! -e $input ]] || inputs+=("$input")
  done
  is_ready || build "$1" >&2
}

# settle: removes a build folder that was moved or copied with its checkout. It names files by their old paths, and the
# compiler refuses it.
settle() {
  local plan
  for plan in "$root/.build/debug.yaml" "$root/.build/release.yaml"; do
    [[ -r $plan ]] || continue
    ! grep -qF -- "\"$root/Sources/" "$plan" || continue
    [[ -w $root/.build ]] || return 0
    say "this checkout was built in another place; building it anew"
    find "$root/.build/" -mindepth 1 -maxdepth 1 -exec rm -rf -- {} +
    return 0
  done
}

describe() { find -H "$@" -printf '%p %s %T@ %C@\n'; }

build() {
  local before
  settle
  "$root/Scripts/setup"
  [[ ! -e $root/.build || -w $root/.build ]] ||
    fail "$root/.build belongs to another user" "Run as that user, or remove the folder: it is built again."
  # Described before the build, so that an edit during it is seen next time.
  before=$(describe "${inputs[@]}")
  if [[ -x $program ]]; then
    say "building $1, because something changed"
  else
    say "building $1; this first time takes minutes"
  fi
  swift build --package-path "$root" -c release --static-swift-stdlib --product "$1" ||
    fail "the build failed" "The compiler's messages are above."
  # Renamed, so that nobody reads half a stamp.
  printf '%s\n%s\n' "$before" "$(describe "$program")" >"$stamp.$$"
  mv -f -- "$stamp.$$" "$stamp"
}

is_ready() {
  find_missing build
  # shellcheck disable=SC2154 # assigned by find_missing
  ((${#missing[@]} == 0)) && has_pgserver && [[ -x $program && -r $stamp ]] &&
    [[ $(<"$stamp") == "$(describe "${inputs[@]}" "$program")" ]]
}
