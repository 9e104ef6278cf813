# shellcheck shell=bash
# Python for benchmarks: peers to measure against, kept out of the product.

# python_environment NAME LIST: sets `python` to that of an environment with the packages of the
# file LIST, made on first use under .build and made anew when the list changes.
python_environment() {
  local folder=$PWD/.build/benchmark-$1 list=$2
  python=$folder/bin/python
  if [[ ! -f $folder/installed.txt || $(<"$folder/installed.txt") != "$(<"$list")" ]]; then
    printf 'installing what %s lists\n' "$list" >&2
    rm -rf -- "$folder"
    /usr/bin/python3 -m venv -- "$folder"
    "$python" -m pip install -qq --disable-pip-version-check --no-deps --requirement "$list" >&2
    cp -- "$list" "$folder/installed.txt"
  fi
}
