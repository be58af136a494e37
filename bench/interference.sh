#!/bin/sh
# Speed of the interference engine, as ratios to the gzip floor measured in the
# same minute on the same core. Needs the shared measurements beside the
# repository. Usage: bench/interference.sh [rounds] [GB of the memory test]
#
# Figures are MB after decompression for each second of processor time. Machines that do other work give
# other figures; the ratio moves less, and the rounds show its spread.
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
rounds=${1:-5}
gb=${2:-0}
bin=$(mktemp)
out=$(mktemp)
trap 'rm -f "$bin" "$out"' EXIT
go test -c -o "$bin" ./interference
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
if [ "$gb" -gt 0 ]; then
  SIGHTLINE_STREAM_GB=$gb "$bin" -test.v -test.cpu 1 -test.timeout 30m -test.run '^TestMemoryIsFlat$' | grep -E 'resident|FAIL'
fi
