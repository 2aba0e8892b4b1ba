#!/usr/bin/env bash
# Runs every test program of a build, two at a time, and adds up; the last line is `N passed, N failed`.
set -u
bin=${1:?usage: tests/run.sh BIN_FOLDER}
cd "$(dirname "$0")/.." || exit 1
export SHOPBELL_CONFORMANCE=${SHOPBELL_CONFORMANCE:-$PWD/../shared/conformance}
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

# Each way to run something prints what is to be read of it; the last line is `= PASSED FAILED`.

# Catch2 ends with "test cases: 9 | 8 passed | 1 failed" or "All tests passed (... in 9 test cases)".
catch() {
  local report code good bad
  report=$("$1" 2>&1)
  code=$?
  good=$(sed -nE 's/.*All tests passed \(.* in ([0-9]+) test cases?\).*/\1/p; s/^test cases:.* ([0-9]+) passed.*/\1/p' <<<"$report" | tail -1)
  bad=$(sed -nE 's/^test cases:.* ([0-9]+) failed.*/\1/p' <<<"$report" | tail -1)
  [ "$code" -ne 0 ] && [ -z "$bad" ] && bad=1
  printf '%-14s %s passed, %s failed\n' "$(basename "$1")" "${good:-0}" "${bad:-0}"
  grep -E '^(skipped|SKIPPED)' <<<"$report"
  [ "${bad:-0}" -eq 0 ] || echo "$report"
  echo "= ${good:-0} ${bad:-0}"
}

# NAME COMMAND...: what itself ends with "N passed, N failed". What broke off, or ran nothing and did not say that it skipped, has failed.
counted() {
  local name=$1 report line good bad
  shift
  report=$("$@" 2>&1)
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' <<<"$report" | tail -1)
  read -r good bad <<<"$(sed -E 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/' <<<"${line:-0 passed, 1 failed}")"
  echo "$name: ${line:-it broke off}"
  if ! grep '^skipped' <<<"$report"; then [ $((good + bad)) -gt 0 ] || bad=1; fi
  [ "$bad" -eq 0 ] || echo "$report"
  echo "= $good $bad"
}

# SUITE [FILES]: the suite's folder, or what is named; some files as one argument with commas between them.
conformance() {
  local suite=$1 files=()
  shift
  for argument in "${@:-$suite/*.jsonl}"; do
    argument=$SHOPBELL_CONFORMANCE/${argument//,/,$SHOPBELL_CONFORMANCE/}
    # shellcheck disable=SC2206
    files+=($argument)
  done
  if [ ! -e "${files[0]%%,*}" ]; then
    echo "conformance $suite: skipped, there is no ${files[0]}"
    echo "= 0 0"
  else counted "conformance $suite" "$bin/conformance" "$suite" "${files[@]}"; fi
}

# In the background, as soon as one of two places is free; its report is shown when it is done.
begun=0
run() {
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
  begun=$((begun + 1))
  { "$@" >"$reports/$begun" 2>&1; grep -v '^= ' "$reports/$begun"; } &
}

# The simulator uses both cores itself. Then the longest first: these two mostly wait, so that they go well together with others.
run catch "$bin/test_sim"
wait
run catch "$bin/test_process"
[ ! -d web/node_modules ] || run counted web node web/tests/run.mjs "$bin/shopbell"
for program in "$bin"/test_*; do
  case $program in */test_process | */test_sim) ;; *) run catch "$program" ;; esac
done
for suite in cel liquid cron timezones; do run conformance "$suite"; done
run conformance signatures webhooks/signatures.jsonl
run conformance webhooks webhooks/index.jsonl
run conformance mail mail/expected.jsonl
run conformance intents intents/banking77/train.jsonl  # split by the program
run conformance intents intents/clinc150/train.jsonl,intents/clinc150/oos_train.jsonl intents/clinc150/val.jsonl,intents/clinc150/oos_val.jsonl
# The demo shop's own tests, and those of the ready-made workflows, end the same way.
for path in examples workflows/gallery/*.yaml; do run counted "shopbell test $path" "$bin/shopbell" test "$path"; done
wait

passed=0 failed=0
for ((n = 1; n <= begun; n++)); do
  read -r good bad <<<"$(sed -nE 's/^= //p' "$reports/$n" | tail -1)"
  passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-1}))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
