#!/usr/bin/env bash
# Starts the demo shop, plays the recorded events into it, and stays until Ctrl-C.
# usage: examples/run.sh [--listen HOST:PORT]      (default: as examples/shopbell.yaml says)
set -eu
cd "$(dirname "$0")/.."
shopbell=build/release/bin/shopbell
said=$(mktemp)
trap 'rm -f "$said"' EXIT

"$shopbell" serve examples "$@" >"$said" 2>examples/server.log &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$said"' EXIT
trap 'exit 0' INT TERM

for _ in $(seq 100); do
  grep -q '^listening on' "$said" && break
  kill -0 "$server" 2>/dev/null || { cat examples/server.log; exit 1; }
  sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$said")

echo "The demo shop is open at $url (its log: examples/server.log)."
echo
for stream in examples/events/*.jsonl; do
  printf '%-34s ' "$stream"
  "$shopbell" send "$stream" --shop examples --to "$url"
done
sleep 1
link=$(sed -n "s/^nobody can sign in yet: set the owner's password at //p" "$said")

cat <<TEXT

What came of it:

$("$shopbell" runs examples --limit 12)

$("$shopbell" tickets examples --limit 5)

The console, for the people who work here:               ${link:-$url/console/}
The shop's page, with a chat that its workflows answer:  $url/chat/page

Mails stand in examples/data/outbox/new, one file each. Look further:

  $shopbell why ID examples            # why did it, or did it not? ID: of a run above, or of an event below
  $shopbell events examples            # all that happened
  $shopbell check examples             # are the workflows in order? Edit one: it is taken up at once

  $url/metrics
  curl -H 'Authorization: Bearer demo-token' $url/api/tickets

The cart of the demo is reminded of 20 seconds after it was left. Ctrl-C closes the shop.
TEXT
wait "$server"
