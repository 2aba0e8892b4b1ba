#!/usr/bin/env bash
# How fast `shopbell replay` sends a log of Shopify orders into a server on the same machine, one workflow and no call: plain, packed,
# and of events alone. usage: bench/replay.sh BIN_FOLDER [EVENTS [CUSTOMERS]]
set -eu
bin=${1:?usage: bench/replay.sh BIN_FOLDER [EVENTS [CUSTOMERS]]}
events=${2:-100000} customers=${3:-10000}
work=$(mktemp -d); trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$work/shop/workflows"
printf 'shop: bench\napi_tokens: [bench-token]\n' > "$work/shop/shopbell.yaml"
printf 'on: order.placed\nif: order.total > 50\nsteps:\n  - tag: [buyer]\n' > "$work/shop/workflows/tag.yaml"
# Orders of some 6 KB: the item is repeated.
python3 - "$work/log.jsonl" "$events" "$customers" <<'PY'
import json, sys
path, events, customers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
item = {"sku": "LNN-240-OAT", "title": "Linen throw, 240 x 130, oatmeal", "quantity": 1, "price": 79.0, "total": 79.0, "tax": 13.71,
        "properties": [{"name": "engraving", "value": "x" * 300}]}
with open(path, "w") as log:
    for n in range(events):
        customer = n * 7919 % customers
        order = {"id": n, "name": f"#{n}", "currency": "EUR", "total": float(n % 200), "items": [item] * 11, "email": f"c{customer}@example.com"}
        event = {"specversion": "1.0", "id": f"o{n}", "source": "bench", "type": "order.placed", "subject": f"customer:{customer}",
                 "time": f"2026-11-{n * 28 // events + 1:02}T10:00:00Z", "data": {"order": order, "customer": {"id": customer}}}
        log.write(json.dumps(event, separators=(",", ":")) + "\n")
PY
echo "$(stat -c %s "$work/log.jsonl") bytes, $events events"
play() {  # WHAT LOG
  rm -rf "$work/data" "$work/out"
  : > "$work/out"  # what the server before said is not this one's address
  "$bin/shopbell" serve "$work/shop" --listen 127.0.0.1:0 --data "$work/data" > "$work/out" 2> "$work/err" & server=$!
  until grep -q listening "$work/out"; do sleep 0.1; done
  url=$(sed -n 's/^listening on //p' "$work/out")
  local told
  told=$("$bin/shopbell" replay "$2" --shop "$work/shop" --to "$url" --act --json)
  echo "$1: $told"
  kill "$server"; wait "$server" || true
}
play plain "$work/log.jsonl"
gzip -k "$work/log.jsonl"
play gzip "$work/log.jsonl.gz"
