#!/usr/bin/env bash
# Every measurement, each beside what it compares with. One that fails is told at the end, and the others are made.
# usage: bench/run.sh BIN_FOLDER [full|smoke]     smoke: small sizes, whether all of it works; no figure of it is worth keeping
set -u
bin=${1:?usage: bench/run.sh BIN_FOLDER [full|smoke]} size=${2:-full}
case $size in
  full) events=1000000 customers=100000 stored=2000000 waiting="1000000 100000 10000" http=200000 mebibytes=1024 replayed=100000 ;;
  smoke) events=2000 customers=500 stored=20000 waiting="2000 500 500" http=2000 mebibytes=8 replayed=2000 ;;
  *) echo "bench/run.sh: $size is no size: full or smoke" >&2; exit 2 ;;
esac
intents=${SHOPBELL_CONFORMANCE:-../shared/conformance}/intents
store=$(mktemp -d) failed=
trap 'rm -rf "$store"' EXIT
measure() {  # TITLE COMMAND...
  echo "== $1"
  shift
  local code=0
  "$@" || code=$?
  [ "$code" = 0 ] || failed+="  ${1##*/} ended with $code"$'\n'
}
measure "the whole path" "$bin/spine_bench" "$bin/shopbell" "$events" "$customers"
measure "runs that wait" "$bin/waiting_bench" "$bin/shopbell" $waiting
measure "one webhook" "$bin/webhook_bench"
measure "the HTTP server and client alone" "$bin/http_bench" "$http"
measure "the store alone" "$bin/store_bench" "$store" "$stored" 120 256 "$customers" 1000
measure "a backtest" "$bin/backtest_bench" "$bin/shopbell" examples "$mebibytes" "$customers"
measure "a replay into a server" bench/replay.sh "$bin" "$replayed"
measure "conditions" "$bin/cel_bench"
measure "messages" "$bin/liquid_bench" bench/liquid
examples=$intents/banking77/train.jsonl
if [ -f "$examples" ]; then measure "what a message is about" "$bin/hear_bench" "$examples"
else echo "== what a message is about: skipped, there is no $examples"; fi
[ -z "$failed" ] || { printf 'these failed:\n%s' "$failed"; exit 1; }
