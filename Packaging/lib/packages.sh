# shellcheck shell=bash
# Common parts of the scripts in Packaging. The caller has sourced Scripts/lib/common.sh.

# Where the packages are built, and where the finished ones are.
# shellcheck disable=SC2154 # assigned by the caller
readonly packages=$root/.build/packages
# shellcheck disable=SC2034 # used by the caller
readonly finished=$packages/dist

# The only place of the version is the source of the program.
version=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' "$root/Sources/Seeding/SeedKit/ProgramVersion.swift")
readonly version
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] ||
  fail "ProgramVersion.swift contains no version: '$version'" "Write it as current = \"1.2.3\"."

# The time of all files in packages, so that the same sources give the same packages.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

# The newest glibc that a portable program may need: that of RHEL 9. Ubuntu 22.04 has 2.35, Debian 12 has 2.36.
readonly glibc_limit=2.34

# check_portable PROGRAM: fails if the program needs another shared library, or a newer glibc.
check_portable() {
  local needed newest allowed="ld-linux-aarch64.so.1 ld-linux-x86-64.so.2 libc.so.6 libgcc_s.so.1 libm.so.6" library
  needed=$(objdump -p "$1" | sed -n 's/^ *NEEDED *//p')
  for library in $needed; do
    [[ " $allowed " == *" $library "* ]] ||
      fail "$1 needs the shared library $library" "Link it statically, or load it when it is used: see Packaging/build."
  done
  newest=$(objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
  newest=${newest#GLIBC_}
  [[ $(printf '%s\n' "$newest" "$glibc_limit" | sort -V | tail -n 1) == "$glibc_limit" ]] ||
    fail "$1 needs glibc $newest, but the limit is $glibc_limit: $(objdump -T "$1" | grep -F "(GLIBC_$newest)" |
      sed 's/.* //' | paste -sd ' ')" "Replace the functions in Packaging/program/late.c."
  say "${1##*/}: needs glibc $newest and ${needed//$'\n'/ }"
}

# pack_folder FOLDER ARCHIVE: writes a .tar.gz whose bytes depend only on the content, not on who packs it and when.
pack_folder() {
  tar --directory="${1%/*}" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --format=ustar -c "${1##*/}" | gzip -9n >"$2"
}

# write_checksums: writes SHA256SUMS of all finished packages.
write_checksums() (
  cd -- "$finished" || exit
  shopt -s nullglob
  sha256sum -- *.tar.gz *.whl *.deb *.tgz >SHA256SUMS
)

# write_version_object BUILD FILE: compiles what `--version --format json` shows. See Sources/Seeding/CBuild.
write_version_object() {
  local commit compiler
  compiler=$(find_clang)
  if commit=$(git -C "$root" rev-parse HEAD 2>/dev/null); then
    git -C "$root" diff --quiet HEAD || commit+=-dirty
  else
    commit=${GITHUB_SHA-}
  fi
  {
    printf 'const char seed_runner_package[] = "%s";\n' "$1"
    [[ -z $commit ]] || printf 'const char seed_runner_commit[] = "%s";\n' "$commit"
  } | "$compiler" -fPIC -x c -c - -o "$2"
}

# find_clang: prints the path of the compiler of the Swift toolchain.
find_clang() {
  local folder
  folder=$(type -P swift)
  folder=${folder%/*}
  [[ -x $folder/clang ]] || fail "no clang in the folder $folder" "Put a complete Swift toolchain on PATH."
  printf '%s' "$folder/clang"
}
