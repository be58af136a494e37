#!/bin/sh
# How many pages of countries a second the atlas serves, cold (each page
# composed and printed anew) and warm (from the cache), with wrk on the same
# machine over loopback: 64 connections, the pages of all countries in turn.
# Beside it, in turn, pkgsite, which shows the documentation of Go packages, if
# it is installed (go install golang.org/x/pkgsite/cmd/pkgsite@latest): a server
# in the same language that makes each page from templates when it is asked
# for. Its pages are those of the standard library; they are other pages, from
# memory and not from a store, and it does not pack them. And phpLiteAdmin, where
# Debian's phpliteadmin, php-cli, php-sqlite3 and sqlite3 are installed: pages of
# 100 rows out of an SQLite table of the same claims, by two workers.
# Needs wrk, curl and Linux. Usage: bench/atlas.sh [seconds] [rounds]
#
# kB/page is HTML before packing. On a machine that does other work pages a
# second say little; the processor time of a page moves less. The load is
# printed beside each round.
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
seconds=${1:-15}
rounds=${2:-3}
dir=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" || true; fi; rm -rf "$dir"' EXIT
go build -o "$dir/sightline" ./cmd/sightline
tail -n +2 countries.csv | cut -d, -f1 | sed 's,^,/country/,' >"$dir/countries"
go list std | grep -v -E '(^|/)(internal|vendor)(/|$)' | sed 's,^,/,' >"$dir/packages"

ticks=$(getconf CLK_TCK)
ours=127.0.0.1:$((20000 + $$ % 20000)) theirs=127.0.0.1:$((40000 + $$ % 20000))
# used prints the processor time of the server and its workers so far, in ticks.
used() {
  cat "/proc/$server/stat" $(pgrep -P "$server" | sed 's,.*,/proc/&/stat,') | sed 's/.*) //' | awk '{ n += $12 + $13 } END { print n }'
}

# run NAME PAGES ADDRESS COMMAND... starts a server, asks once for every page,
# and then measures.
run() {
  name=$1 pages=$2 address=$3
  shift 3
  "$@" >"$dir/log" 2>&1 &
  server=$!
  n=0
  until curl -s -o /dev/null "http://$address$(head -n 1 "$pages")" && kill -0 "$server"; do
    n=$((n + 1))
    if [ "$n" -gt 240 ] || ! kill -0 "$server"; then
      cat "$dir/log" >&2
      exit 1
    fi
    sleep 0.5
  done
  sed "s,.*,url=http://$address&\noutput=$dir/page," "$pages" >"$dir/all"
  size=$(curl -s --fail -w '%{size_download}\n' -K "$dir/all" | awk '{ n += $1 } END { printf "%.0f", n / NR / 1000 }')
  before=$(used)
  wrk -t 1 -c 64 -d "${seconds}s" --latency -s bench/atlas.lua "http://$address" -- "$pages" >"$dir/wrk"
  after=$(used)
  awk -v name="$name" -v size="$size" -v ticks="$((after - before))" -v hz="$ticks" -v rss="$(awk '/VmHWM/ { print $2 }' "/proc/$server/status")" -v load="$(cut -d ' ' -f 1 /proc/loadavg)" '
    /^ *50%/ { p50 = $2 } /^ *99%/ { p99 = $2 } /requests in/ { n = $1 } /^Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $NF " were no pages)" }
    END { printf "%s\t%.0f\t%s\t%s\t%.2f\t%s\t%.0f\t%s%s\n", name, rate, p50, p99, 1000 * ticks / hz / n, size, rss / 1024, load, bad }' "$dir/wrk"
  kill "$server" $(pgrep -P "$server")
  wait "$server" 2>/dev/null || true
  server=
}

admin=/usr/share/phpliteadmin/phpliteadmin.php
table() {
  mkdir -p "$dir/admin/data"
  cp "$admin" "$dir/admin/index.php"
  printf '<?php $password = ""; $directory = "%s"; $subdirectories = false; $rowsNum = 100; $language = "en";\n' "$dir/admin/data" >"$dir/admin/phpliteadmin.config.php"
  "$dir/sightline" export 2>"$dir/log" >"$dir/all.jsonl"
  sqlite3 "$dir/admin/data/claims.db" <<END
create table lines(line);
.mode ascii
.separator "\037" "\n"
.import $dir/all.jsonl lines
create table claims as select line->>'id' as id, line->>'subject' as subject, line->>'predicate' as predicate, line->'object' as object, line->>'words' as words,
  line->>'valid' as valid, line->>'published' as published, line->'references' as sources from lines where line->>'type' = 'claim';
drop table lines;
END
  at=0
  while [ "$at" -lt 6400 ]; do
    echo "/index.php?database=$dir/admin/data/claims.db&table=claims&action=row_view&startRow=$at"
    at=$((at + 100))
  done >"$dir/rows"
}

printf 'server\tpages/s\tp50\tp99\tcpu ms/page\tkB/page\tMB resident\tload\n'
i=0
while [ "$i" -lt "$rounds" ]; do
  run 'sightline, cold' "$dir/countries" "$ours" "$dir/sightline" serve --listen "$ours" --cache 0
  run 'sightline, warm' "$dir/countries" "$ours" "$dir/sightline" serve --listen "$ours"
  if command -v pkgsite >/dev/null; then
    run 'pkgsite' "$dir/packages" "$theirs" pkgsite -http "$theirs" .
  fi
  if [ -e "$admin" ] && command -v sqlite3 >/dev/null; then
    [ -e "$dir/rows" ] || table
    run 'phpLiteAdmin' "$dir/rows" "$theirs" env PHP_CLI_SERVER_WORKERS=2 php -S "$theirs" -t "$dir/admin"
  fi
  i=$((i + 1))
done
