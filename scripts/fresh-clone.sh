#!/usr/bin/env bash
# Proof that a fresh clone needs nothing but Node and npm: the two commands of the README, then CI, each in a clone of its own.
# FRESH_HOME=1 also starts without pnpm's store and npm's cache.
set -euo pipefail
repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [[ -n "${FRESH_HOME:-}" ]]; then
  mkdir "$work/home"
  export HOME="$work/home" XDG_DATA_HOME="$work/home/data" XDG_CACHE_HOME="$work/home/cache" npm_config_cache="$work/home/npm"
fi

status=0
prove() {
  local name="$1"
  shift
  git clone --quiet --no-local "$repository" "$work/$name"
  printf '\n== %s\n' "$*"
  if (cd "$work/$name" && time "$@" </dev/null); then printf '== passed: %s\n' "$*"; else
    status=1
    printf '== FAILED: %s\n' "$*"
  fi
}

prove demo npx -y pnpm@12 demo
prove test npx -y pnpm@12 test
prove ci env CI=true bash .ci/run
exit "$status"
