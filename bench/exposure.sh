#!/bin/bash
# Runs the exposure engines and their peers on the same files, and prints wall
# seconds, CPU seconds and peak memory of each.
#
#   bench/exposure.sh FOLDER [WHICH]
#
# FOLDER holds what ../shared/tools/ribgen/run.sh wrote (WHICH.mrt, and perhaps
# .gz and .bz2 of it; asrel.txt); WHICH is rrc00 by default. The real table of
# JINX is used beside it. Peers that are not installed are left out: bgpdump,
# bgpscanner, bgpgrep, gobgp (a binary gobgp-count on the path that counts with
# its packages), lbzip2, pigz. REPEAT repeats each (3); NOPEERS
# leaves the peers out.
#
# Say with every figure what else the machine was doing: the first and last
# lines give its load.
set -eu
dir=$(cd "${1:?folder of ribgen}" && pwd)
cd "$(dirname "$0")/.."
which=${2:-rrc00}; repeat=${REPEAT:-3}
shared=../shared/data/routing
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export GOGC=400 # as the program sets it
go test -c -o "$work/paths.test" ./exposure/paths
go test -c -o "$work/exposure.test" ./exposure

uptime
printf '%-44s %9s %9s %9s  %s\n' what wall-s cpu-s rss-MB said
# run NAME COMMAND...: prints one line; `said` is the last line on stdout.
run() {
	local name=$1; shift
	for _ in $(seq "$repeat"); do
		/usr/bin/time -o "$work/t" -f '%e %U %S %M %I' "$@" > "$work/out" 2> /dev/null || { echo "$name: failed"; return; }
		awk -v name="$name" -v said="$(tail -n 200 "$work/out" | grep -o '[0-9.]* \(entries/s\|read-s\|B/entry\|both-s\|both-cpu-s\|hegemony-s\|cti-s\|MB/s\)' | tr '\n' ';')" \
			'{printf "%-44s %9.2f %9.2f %9.0f  %s%s\n", name, $1, $2+$3, $4/1024, said, ($5 > 20000 ? " " int($5 / 2000) " MB read from disk" : "")}' "$work/t" | tee -a "$work/lines"
	done
}
have() { command -v "$1" > /dev/null; }
load() { run "sightline store $2" env SIGHTLINE_RIB="$1" "$work/paths.test" -test.run xxx -test.bench Load -test.benchtime 1x; }
raw() { # file, label
	cat "$1" > /dev/null # so that it is read from memory
	rm -f "$work/lines"
	GOMAXPROCS=1 load "$1" "$2 raw, one core"
	grep -o '[0-9]* entries/s' "$work/lines" | sort -n | awk -v what="$2" '{r[NR] = $1/1e6}
		END {printf "%s raw to store, one core, of %d: best %.1f, median %.1f, least %.1f M entries a second by the clock\n", what, NR, r[NR], (r[int((NR+1)/2)]+r[int((NR+2)/2)])/2, r[1]}'
}
decode() { run "sightline unpack only $2" env SIGHTLINE_RIB="$1" "$work/paths.test" -test.run xxx -test.bench Decode -test.benchtime 1x; }
peers() { # file, label
	case $1 in
	*.gz) run "klauspost alone $2" env SIGHTLINE_RIB="$1" "$work/paths.test" -test.run xxx -test.bench Klauspost -test.benchtime 1x; run "gzip -dc $2" gzip -dc "$1"; if have pigz; then run "pigz -dc $2" pigz -dc "$1"; fi ;;
	*.bz2) run "bzip2 -dc $2" bzip2 -dc "$1"; if have lbzip2; then run "lbzip2 -dc -n2 $2" lbzip2 -dc -n2 "$1"; fi ;;
	esac
	if have bgpdump; then run "bgpdump -m $2" bgpdump -m "$1"; fi
	if have bgpscanner; then run "bgpscanner $2" bgpscanner "$1"; fi
	if have bgpgrep; then run "bgpgrep $2" bgpgrep "$1"; fi
	if have gobgp-count; then run "gobgp-count $2" gobgp-count "$1"; fi
}

jinx=$shared/mrt/routeviews.jinx.ribs.1401487200.bz2
bzip2 -dc "$jinx" > "$work/jinx.mrt"
raw "$work/jinx.mrt" jinx
raw "$dir/$which.mrt" "$which"
if [ -n "${RAW:-}" ]; then uptime; exit; fi
load "$jinx" jinx.bz2; decode "$jinx" jinx.bz2; [ -n "${NOPEERS:-}" ] || peers "$jinx" jinx.bz2
for ext in mrt.gz mrt.bz2; do
	[ -e "$dir/$which.$ext" ] || continue
	load "$dir/$which.$ext" "$which.$ext"
	decode "$dir/$which.$ext" "$which.$ext"
	[ -n "${NOPEERS:-}" ] || peers "$dir/$which.$ext" "$which.$ext"
done
run "hegemony and CTI, all countries, $which" env -C exposure SIGHTLINE_RIB="$dir/$which.mrt" SIGHTLINE_ASREL="$dir/asrel.txt" \
	"$work/exposure.test" -test.run xxx -test.bench AllCountries -test.benchtime 1x
uptime
