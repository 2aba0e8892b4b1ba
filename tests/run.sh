#!/usr/bin/env bash
# Runs every test program of a build and adds up; the last line is `N passed, N failed`.
set -u
bin=${1:?usage: tests/run.sh BIN_FOLDER}
cd "$(dirname "$0")/.." || exit 1
export SHOPBELL_CONFORMANCE=${SHOPBELL_CONFORMANCE:-$PWD/../shared/conformance}
passed=0 failed=0
report=$(mktemp)
trap 'rm -f "$report"' EXIT

add() { passed=$((passed + $1)); failed=$((failed + $2)); }

# Catch2 ends with "test cases: 9 | 8 passed | 1 failed" or "All tests passed (... in 9 test cases)".
run_catch() {
  "$1" >"$report" 2>&1
  local code=$? good bad
  good=$(sed -nE 's/.*All tests passed \(.* in ([0-9]+) test cases?\).*/\1/p; s/^test cases:.* ([0-9]+) passed.*/\1/p' "$report" | tail -1)
  bad=$(sed -nE 's/^test cases:.* ([0-9]+) failed.*/\1/p' "$report" | tail -1)
  [ "$code" -ne 0 ] && [ -z "$bad" ] && bad=1
  add "${good:-0}" "${bad:-0}"
  printf '%-14s %s passed, %s failed\n' "$(basename "$1")" "${good:-0}" "${bad:-0}"
  grep -E '^(skipped|SKIPPED)' "$report"
  [ "${bad:-0}" -eq 0 ] || cat "$report"
}

# `conformance SUITE FILE...` ends with "N passed, N failed". The files are those of the suite's folder, or named: some as one
# argument with commas between them.
run_conformance() {
  local suite=$1 files
  files=("$SHOPBELL_CONFORMANCE"/${2:-$1/*.jsonl})
  [ $# -lt 3 ] || files=("${files[0]//,/,$SHOPBELL_CONFORMANCE/}" "$SHOPBELL_CONFORMANCE/${3//,/,$SHOPBELL_CONFORMANCE/}")
  if [ ! -e "${files[0]%%,*}" ]; then
    echo "conformance $suite: skipped, there is no ${files[0]}"
    return
  fi
  "$bin/conformance" "$suite" "${files[@]}" >"$report" 2>&1
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$report" | tail -1)
  set -- $(sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/' <<<"${line:-0 passed, 1 failed}")
  # Those that are known not to pass yet stand in open.txt; they are shown, and any other failure counts.
  local open
  open=$(grep -cFf <(grep -v '^#' tests/conformance/open.txt) "$report")
  open=${open:-0}  # without a pattern, grep counts nothing
  add "$1" $(($2 - (open < $2 ? open : $2)))
  echo "conformance $suite: ${line:-it broke off}, $open of them known (tests/conformance/open.txt)"
  [ "$2" -eq "$open" ] || cat "$report"
}

for program in "$bin"/test_*; do run_catch "$program"; done
run_conformance cel
run_conformance liquid
run_conformance cron
run_conformance timezones
run_conformance signatures webhooks/signatures.jsonl
run_conformance webhooks webhooks/index.jsonl
run_conformance mail mail/expected.jsonl
run_conformance intents intents/banking77/train.jsonl  # split by the program
run_conformance intents intents/clinc150/train.jsonl,intents/clinc150/oos_train.jsonl intents/clinc150/val.jsonl,intents/clinc150/oos_val.jsonl
# The demo shop's own tests end the same way.
run_shop_tests() {
  "$bin/shopbell" test "$1" >"$report" 2>&1
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$report" | tail -1)
  set -- "$1" $(sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/' <<<"${line:-0 passed, 1 failed}")
  [ "$2" -gt 0 ] || set -- "$1" 0 1  # a mistake in a file leaves no test to run
  add "$2" "$3"
  echo "shopbell test $1: ${line:-it broke off}"
  [ "$3" -eq 0 ] || cat "$report"
}
run_shop_tests examples
run_shop_tests workflows/triage.yaml
# The web parts, by the system's Chromium: one line for each that failed, and the same last line.
if [ -d web/node_modules ]; then
  node web/tests/run.mjs "$bin/shopbell" >"$report" 2>&1
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$report" | tail -1)
  set -- $(sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/' <<<"${line:-0 passed, 1 failed}")
  add "$1" "$2"
  echo "web: ${line:-it broke off}"
  grep '^skipped' "$report"
  [ "$2" -eq 0 ] || cat "$report"
fi
for story in tests/stories/*.sh; do
  [ -e "$story" ] || continue
  if bash "$story" "$bin" >"$report" 2>&1; then add 1 0; echo "$(basename "$story" .sh): $(tail -1 "$report")"; else add 0 1; echo "$(basename "$story" .sh): failed"; cat "$report"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
