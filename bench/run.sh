#!/usr/bin/env bash
# Every measurement, each beside what it compares with. usage: bench/run.sh BIN_FOLDER [EVENTS]
set -eu
bin=${1:?usage: bench/run.sh BIN_FOLDER [EVENTS]}
echo "== the whole path (bench/spine_bench.cpp)"
"$bin/spine_bench" "$bin/shopbell" "${2:-1000000}" 100000
echo "== the HTTP server and client alone (bench/http_bench.cpp)"
"$bin/http_bench"
echo "== the store alone (bench/store_bench.cpp)"
"$bin/store_bench"
echo "== a backtest (bench/backtest_bench.cpp)"
"$bin/backtest_bench" "$bin/shopbell" examples
echo "== a replay into a server (bench/replay.sh)"
bench/replay.sh "$bin"
for language in cel liquid; do
  [ -x "$bin/${language}_bench" ] || continue
  echo "== $language (bench/${language}_bench.cpp)"
  if [ "$language" = liquid ]; then "$bin/liquid_bench" bench/liquid; else "$bin/${language}_bench"; fi
done
