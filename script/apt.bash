# Sourced by the scripts: install Debian packages, as root or through sudo, or say what to run.

note() { echo "runward: $*" >&2; }

die() { note "$@"; exit 1; }

install_packages() {
  [ $# -gt 0 ] || return 0
  local root=()
  command -v apt-get >/dev/null || die "please install what is missing here (Debian's names): $*"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } ||
      die "packages are missing and this is not root; run, as root: apt-get update && apt-get install $*"
    root=(sudo)
  fi
  note "installing with apt: $*"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}
