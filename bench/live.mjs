// People who are connected: agents at the console's live feed and visitors in the web chat, while visitors write and are answered
// (by the bot, and by agents). What the server's process needs of one core, and how long a message takes to all its readers: from
// the sending to the arrival of "message" at each agent, and at its visitor as "kept" and, of an answer, as "message".
// usage: node bench/live.mjs SHOPBELL [AGENTS [VISITORS [MESSAGES_PER_SECOND [SECONDS]]]]
import { spawn, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [program, agents = 100, visitors = 1000, rate = 20, seconds = 30] = process.argv.slice(2).map((one, i) => (i ? Number(one) : one));
const password = "correct horse battery";

const folder = mkdtempSync(join(tmpdir(), "shopbell-live-"));
mkdirSync(join(folder, "workflows"));
writeFileSync(join(folder, "shopbell.yaml"), `shop: live
currency: EUR
api_tokens: [bench-token]
queues: { care: {} }
channels: { web: { secret: "a secret of at least 16 bytes", origins: "https://shop.example" } }
limits: { connections_max: ${agents + visitors + 50}, chat_messages_per_minute_max: 100000 }
`);
writeFileSync(join(folder, "workflows", "bot.yaml"), 'workflow: bot\non: message.received\nsteps:\n  - reply: "you said {{ message.text }}"\n');

const server = spawn(program, ["serve", folder, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
let said = "", logged = "";
server.stderr.on("data", (bytes) => (logged += bytes));
const address = await new Promise((resolve, reject) => {
  server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${logged}`)));
  server.stdout.on("data", (bytes) => {
    said += bytes;
    const found = /^listening on http:\/\/([^:]+):(\d+)/m.exec(said);
    if (found) resolve({ host: found[1], port: Number(found[2]) });
  });
});

/// A WebSocket as a client needs it here: texts there and back, none longer than 64 KiB; pings are answered.
class Socket {
  constructor(path, headers, hear) {
    this.buffer = Buffer.alloc(0);
    this.ready = new Promise((resolve, reject) => {
      this.socket = connect(address.port, address.host, () => this.socket.write(`GET ${path} HTTP/1.1\r\nHost: ${address.host}:${address.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n${headers}\r\n`));
      this.socket.setNoDelay(true);
      this.socket.on("error", reject);
      this.socket.on("data", (bytes) => {
        this.buffer = this.buffer.length ? Buffer.concat([this.buffer, bytes]) : bytes;
        if (!this.open) {
          const end = this.buffer.indexOf("\r\n\r\n");
          if (end < 0) return;
          const head = this.buffer.subarray(0, end).toString();
          if (!head.startsWith("HTTP/1.1 101")) return reject(new Error(head));
          this.open = true;
          this.buffer = this.buffer.subarray(end + 4);
          resolve(this);
        }
        this.take(hear);
      });
    });
  }
  take(hear) {
    for (;;) {
      const b = this.buffer;
      if (b.length < 2) return;
      let size = b[1] & 127, at = 2;
      if (size === 126) {
        if (b.length < 4) return;
        size = b.readUInt16BE(2);
        at = 4;
      }
      if (b.length < at + size) return;
      const kind = b[0] & 15, content = b.subarray(at, at + size);
      this.buffer = b.subarray(at + size);
      if (kind === 1) hear(content.toString());
      else if (kind === 9) this.frame(10, content);
    }
  }
  frame(kind, content) {
    const mask = randomBytes(4), size = content.length;
    const head = size < 126 ? Buffer.from([128 | kind, 128 | size]) : Buffer.from([128 | kind, 254, size >> 8, size & 255]);
    const masked = Buffer.from(content);
    for (let i = 0; i < size; ++i) masked[i] ^= mask[i & 3];
    this.socket.write(Buffer.concat([head, mask, masked]));
  }
  say(what) {
    this.frame(1, Buffer.from(JSON.stringify(what)));
  }
}

const cpu_ms = () => {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks;
};
const ticks = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

const token = /setup\/(\S+)/.exec(said)[1];
const setup = await fetch(`http://${address.host}:${address.port}/api/v1/setup`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token, password, name: "Ana", email: "ana@shop.example" }) });
const cookie = setup.headers.get("set-cookie").split(";")[0];

// A message bears its number; when it was said is kept here.
const begun = new Map();
const took = { agent: [], kept: [], answer: [] };
let wanted = 0;
const numberOf = (text) => Number(/#(\d+)/.exec(text ?? "")?.[1] ?? -1);
const note = (list, n) => begun.has(n) && list.push(performance.now() - begun.get(n));

let told = 0;
const keyOf = new Map(); // the id of a message in the feed -> its number
const early = new Map(); // what the feed told before "kept" said which it is
const readers = await Promise.all(Array.from({ length: agents }, () => new Socket("/api/v1/live", `Cookie: ${cookie}\r\nOrigin: http://${address.host}:${address.port}\r\n`, (text) => {
  const heard = JSON.parse(text);
  if (heard.kind !== "message") return;
  ++told;
  const now = performance.now(), n = keyOf.get(heard.id);
  if (n !== undefined) took.agent.push(now - begun.get(n));
  else early.set(heard.id, [...(early.get(heard.id) ?? []), now]);
}).ready));

const chats = [];
for (let i = 0; i < visitors; i += 50) {
  chats.push(...(await Promise.all(Array.from({ length: Math.min(50, visitors - i) }, async () => {
    let greeted;
    const welcome = new Promise((resolve) => (greeted = resolve));
    const one = await new Socket("/chat/ws", "Origin: https://shop.example\r\n", (text) => {
      const heard = JSON.parse(text);
      if (heard.type === "caught_up") greeted();
      if (heard.type === "kept") {
        const n = Number(heard.id.slice(1));
        note(took.kept, n);
        keyOf.set(heard.key, n);
        for (const at of early.get(heard.key) ?? []) took.agent.push(at - begun.get(n));
        early.delete(heard.key);
      }
      if (heard.type === "message" && heard.from === "bot") note(took.answer, numberOf(heard.text));
    }).ready;
    one.say({ type: "hello" });
    await welcome;
    return one;
  }))));
}
console.log(`${agents} agents at the live feed and ${visitors} visitors in the chat are connected`);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const idle = cpu_ms();
await pause(5_000);
console.log(`nobody writes: ${((cpu_ms() - idle) / 50).toFixed(1)} % of one core`);

const before = cpu_ms(), start = performance.now();
for (let n = 0; n < rate * seconds; ++n) {
  const due = start + (n * 1000) / rate;
  const rest = due - performance.now();
  if (rest > 0) await pause(rest);
  begun.set(n, performance.now());
  ++wanted;
  chats[n % chats.length].say({ type: "message", id: `m${n}`, text: `hello #${n}` });
}
const spent = cpu_ms() - before, lasted = performance.now() - start;
await pause(1_500);

const at = (list, share) => (list.length === 0 ? "none" : list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(1));
const line = (name, list, all) => console.log(`${name}: ${list.length} of ${all}; p50 ${at(list, 0.5)} ms, p99 ${at(list, 0.99)} ms, worst ${at(list, 1)} ms`);
console.log(`${rate} messages a second for ${seconds} s, each answered by the bot: ${((spent / lasted) * 100).toFixed(1)} % of one core`);
line("kept, at its visitor", took.kept, wanted);
line("at the agents", took.agent, wanted * agents);
line("the bot's answer, at its visitor", took.answer, wanted);
server.removeAllListeners("exit");
server.kill("SIGTERM");
for (const one of [...readers, ...chats]) one.socket.destroy();
await new Promise((resolve) => server.once("exit", resolve));
rmSync(folder, { recursive: true });
process.exit(took.kept.length === wanted ? 0 : 1);
