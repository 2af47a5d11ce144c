#!/usr/bin/env bash
# The hostile suite in a virtual machine whose only cgroup hierarchy is v2.
#
#   tests/hostile/in_vm.sh TOOL root|user [PYTEST ARGUMENT...]
#
# TOOL starts a command in such a machine and passes on its output and status.  It takes --user NAME, --env NAME=VALUE,
# --timeout SECONDS and, after --, the command; it keeps the current folder, and a user it names gets a delegated cgroup.
# The machine may be emulated and slow: RUNWARD_HOSTILE_SCALE stretches every time limit (10 unless it is set).
set -euo pipefail
if [ $# -lt 2 ] || { [ "$2" != root ] && [ "$2" != user ]; }; then
    sed -n 's/^# \{0,1\}//p' "$0" | sed 1d >&2
    exit 2
fi
tool=$1 who=$2
shift 2
cd "$(dirname "$0")/../.."
options=(--timeout "${RUNWARD_VM_TIMEOUT:-10800}" --env "RUNWARD_HOSTILE_SCALE=${RUNWARD_HOSTILE_SCALE:-10}")
if [ "$who" = user ]; then
    # What root has prepared (Go's library takes an hour to compile under emulation) is there for all to read.
    options+=(--user nobody --env HOME=/tmp --env XDG_CACHE_HOME=/var/cache --env "RUNWARD_ALLOW_MISSING_LAYERS=uids")
fi
exec "$tool" "${options[@]}" -- \
    .venv/bin/python -m pytest -p no:cacheprovider --no-header --tb=line -v tests/hostile/test_hostile.py "$@"
