#!/usr/bin/env bash
# Run a command against a throw-away PostgreSQL cluster on a socket of its own; the cluster is gone afterwards.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "SKIPPED: no PostgreSQL server binaries (Debian package postgresql)" >&2; exit 75; }
home=$(mktemp -d /tmp/nenrin-postgres.XXXXXX)
as() { if [ "$(id -u)" -eq 0 ]; then chown -R nobody "$home"; setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
stop() { as "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$home"; }
trap stop EXIT
chmod 755 "$home"
as "$bin/initdb" -D "$home/data" -U nenrin -A trust --locale=C.UTF-8 -E UTF8 >/dev/null
as "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" -o "-c listen_addresses='' -c unix_socket_directories=$home -c fsync=off" start >/dev/null
as "$bin/createdb" -h "$home" -U nenrin nenrin
export NENRIN_DATABASE_URL="postgresql://nenrin@$(printf %s "$home" | sed 's|/|%2F|g')/nenrin"
export NENRIN_POSTGRES_CTL="$bin/pg_ctl" NENRIN_POSTGRES_DATA="$home/data"
"$@"
