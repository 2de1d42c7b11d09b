#!/usr/bin/env bash
# Debian packages that the browser and database tests use (with `endure`, what runs at length use too). Without apt: one loud line, and those tests are skipped.
set -u
missing=()
command -v chromium >/dev/null || missing+=(chromium)
fc-list 2>/dev/null | grep -qi "noto sans cjk" || missing+=(fonts-noto-cjk)
command -v npm >/dev/null || missing+=(nodejs npm)
command -v strace >/dev/null || missing+=(strace)
[ "${1:-}" = "endure" ] && { command -v faketime >/dev/null || missing+=(faketime); }
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "SKIPPED PACKAGES: ${missing[*]} (no apt-get or not root): tests that need them will be skipped" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null && apt-get install -y -qq "${missing[@]}" >/dev/null 2>&1 \
  || echo "SKIPPED PACKAGES: apt-get could not install ${missing[*]}" >&2
exit 0
