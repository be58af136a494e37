#!/bin/sh
# Speed of the interference engine, as ratios to the gzip floor measured in the
# same minute on the same core, and of the whole command beside zcat and pigz.
# Needs the shared measurements beside the repository. Usage:
# bench/interference.sh [rounds] [GB of the memory test]
#
# Figures are MB after decompression for each second of processor time. Machines that do other work give
# other figures; the ratio moves less, and the rounds show its spread.
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
rounds=${1:-5}
gb=${2:-0}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bin=$dir/test out=$dir/out
go test -c -o "$bin" ./interference
go build -o "$dir/sightline" ./cmd/sightline
cd interference
i=0
while [ "$i" -lt "$rounds" ]; do
  "$bin" -test.run '^$' -test.cpu 1 -test.benchtime 1s -test.bench '^Benchmark(GzipOwn|GzipFloor|GzipFloorStandard|Verdicts|VerdictsPlain)$' |
    awk -v round="$i" '/MB\/cpu-s/ { for (k = 1; k < NF; k++) { if ($(k+1) == "MB/cpu-s") v[$1] = $k; if ($(k+1) == "measurements/s") m = $k } }
      END { printf "%d\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.0f\n", round, v["BenchmarkVerdicts"] / v["BenchmarkGzipFloor"], v["BenchmarkVerdicts"], v["BenchmarkGzipFloor"], v["BenchmarkGzipOwn"], v["BenchmarkGzipFloorStandard"], v["BenchmarkVerdictsPlain"], m }' >>"$out"
  i=$((i + 1))
done
printf 'round\tratio\tverdicts\tfloor\tours\tfloor(std)\twithout gzip\tmeasurements/s\n'
cat "$out"
printf 'median ratio of .jsonl.gz to verdicts with all fingerprints to the gzip floor: '
cut -f 2 "$out" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
printf 'best: '
sort -t "$(printf '\t')" -k 3 -n -r "$out" | head -n 1 | cut -f 3 | awk '{ print $1 " MB/cpu-s" }'
data=../../shared/data/interference
n=0
while [ "$n" -lt 30 ]; do cat "$data/measurements.jsonl"; echo; n=$((n + 1)); done | gzip >"$dir/many.jsonl.gz"
size=$(zcat "$dir/many.jsonl.gz" | wc -c)
# cpu NAME COMMAND prints the MB of the file for each second of processor time.
cpu() {
  name=$1
  shift
  command -v "$1" >/dev/null || return 0
  /usr/bin/time -f '%U %S' "$@" 2>&1 >/dev/null | tail -n 1 | awk -v name="$name" -v size="$size" '{ printf "%s\t%.0f\n", name, size / 1e6 / ($1 + $2) }'
}
printf 'the whole command and its peers, MB after decompression for each second of processor time\n'
i=0
while [ "$i" -lt "$rounds" ]; do
  cpu zcat zcat "$dir/many.jsonl.gz"
  cpu pigz pigz -dc -p1 "$dir/many.jsonl.gz"
  cpu sightline env GOMAXPROCS=1 "$dir/sightline" interference --quiet --fingerprints "$data/fingerprints/fingerprints_http.csv" --fingerprints "$data/fingerprints/fingerprints_dns.csv" \
    --fingerprints "$data/fingerprints/blockpage_signatures.json" --fingerprints "$data/fingerprints/false_positive_signatures.json" "$dir/many.jsonl.gz"
  i=$((i + 1))
done
if [ "$gb" -gt 0 ]; then
  SIGHTLINE_STREAM_GB=$gb "$bin" -test.v -test.cpu 1 -test.timeout 30m -test.run '^TestMemoryIsFlat$' | grep -E 'resident|FAIL'
fi
