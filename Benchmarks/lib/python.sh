# shellcheck shell=bash
# Python environments for benchmarks, which are not part of the product.

# python_environment NAME LIST: sets `python` to the interpreter of a virtual environment with the packages of the file
# LIST. The environment is created under .build on first use, and again when the list changes.
python_environment() {
  local folder=$PWD/.build/benchmark-$1 list=$2
  python=$folder/bin/python
  if [[ ! -f $folder/installed.txt || $(<"$folder/installed.txt") != "$(<"$list")" ]]; then
    printf 'installing the packages of %s\n' "$list" >&2
    rm -rf -- "$folder"
    /usr/bin/python3 -m venv -- "$folder"
    "$python" -m pip install -qq --disable-pip-version-check --no-deps --requirement "$list" >&2
    cp -- "$list" "$folder/installed.txt"
  fi
}
