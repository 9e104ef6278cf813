# shellcheck shell=bash
# Builds programs in release mode for the scripts. The caller has sourced common.sh.

# provide PROGRAM: sets `program` to its path. Sets up and builds first if necessary. Writes nothing to standard output,
# which belongs to the program.
provide() {
  # shellcheck disable=SC2154 # assigned by the caller
  program=$root/.build/release/$1
  stamp=$root/.build/$1.stamp
  # Sizes and times of all inputs are compared for equality, as in git's index. This also detects deleted files, files
  # with old dates, and a clock that was set back.
  inputs=("$root/Package.swift" "$root/Sources" "$root/Seeders")
  local input
  for input in "$(type -P swift || true)" "$root/Package.resolved" "$root/.swift-version" \
    "${SWIFTLY_HOME_DIR:-${XDG_DATA_HOME:-${HOME-}/.local/share}/swiftly}/config.json"; do
    [[ ! -e $input ]] || inputs+=("$input")
  done
  is_ready || build "$1" >&2
}

# settle: removes a build folder that was moved or copied with its checkout. It contains the old absolute paths, which
# the compiler rejects.
settle() {
  local plan
  for plan in "$root/.build/debug.yaml" "$root/.build/release.yaml"; do
    [[ -r $plan ]] || continue
    ! grep -qF -- "\"$root/Sources/" "$plan" || continue
    [[ -w $root/.build ]] || return 0
    say "this checkout was moved; rebuilding everything"
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
    fail "$root/.build belongs to another user" "Run as that user, or remove the folder."
  # Described before the build, so that edits during the build are detected next time.
  before=$(describe "${inputs[@]}")
  if [[ -x $program ]]; then
    say "building $1, because the sources have changed"
  else
    say "building $1; the first build takes some minutes"
  fi
  swift build --package-path "$root" -c release --static-swift-stdlib --product "$1" ||
    fail "the build failed" "The compiler's output is above."
  # Replaced by renaming, so that the stamp is never read incompletely.
  printf '%s\n%s\n' "$before" "$(describe "$program")" >"$stamp.$$"
  mv -f -- "$stamp.$$" "$stamp"
}

is_ready() {
  find_missing build
  # shellcheck disable=SC2154 # assigned by find_missing
  ((${#missing[@]} == 0)) && has_pgserver && [[ -x $program && -r $stamp ]] &&
    [[ $(<"$stamp") == "$(describe "${inputs[@]}" "$program")" ]]
}
