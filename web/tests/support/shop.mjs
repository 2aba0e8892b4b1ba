// A shop in a temporary folder, served by the real program on a free port.
import { spawn } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./story.mjs";

const root = new URL("../../../", import.meta.url).pathname;
const token = "demo-token-not-for-production";
const open = new Set();

/// Serves a copy of the demo shop, with `more` behind its configuration.
export async function openShop(more = "agents: { maria: { title: Maria }, olaf: { title: Olaf } }\n") {
  const folder = mkdtempSync(join(tmpdir(), "shopbell-web-"));
  cpSync(join(root, "examples"), folder, { recursive: true, filter: (path) => !/\/(data|server\.log)$/.test(path) });
  appendFileSync(join(folder, "shopbell.yaml"), `\n${more}`);
  const shop = { folder };
  open.add(shop);
  await start(shop, "127.0.0.1:0");
  shop.stop = () => stop(shop);
  /// Ends, and begins again at the same address; `meanwhile` is done between the two.
  shop.restart = async (meanwhile) => {
    await end(shop);
    await meanwhile();
    await start(shop, new URL(shop.url).host);
  };
  return shop;
}

async function start(shop, listen) {
  const program = spawn(process.env.SHOPBELL, ["serve", shop.folder, "--listen", listen], { stdio: ["ignore", "pipe", "pipe"] });
  Object.assign(shop, { program, said: "", logged: "" });
  program.stderr.on("data", (bytes) => (shop.logged += bytes));
  await new Promise((resolve, reject) => {
    program.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${shop.logged}`)));
    program.stdout.on("data", (bytes) => {
      shop.said += bytes;
      if (/^listening on \S+\n/m.test(shop.said)) resolve();
    });
  });
  shop.url = /^listening on (\S+)/m.exec(shop.said)[1];
  shop.setupLink = /(\/console\/#\/setup\/\S+)/.exec(shop.said)?.[1];
}

async function end(shop) {
  shop.program.removeAllListeners("exit");
  if (shop.program.exitCode === null) {
    const ended = new Promise((resolve) => shop.program.once("exit", resolve));
    shop.program.kill("SIGTERM");
    await ended;
  }
}

async function stop(shop) {
  open.delete(shop);
  await end(shop);
  rmSync(shop.folder, { recursive: true, force: true });
}

export const stopAll = () => Promise.all([...open].map(stop));

/// What a program of the shop asks, by its token.
export async function ask(shop, path, { method = "GET", body, type = "application/json", headers = {} } = {}) {
  const answer = await fetch(shop.url + path, {
    method, headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "Content-Type": type }), ...headers },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

let next = 0;
export const event = (type, customer, data) => ({ specversion: "1.0", id: `web-${++next}`, source: "web-tests", type, subject: `customer:${customer.id}`, data: { customer, ...data } });
export const send = (shop, events) => ask(shop, "/events", { method: "POST", body: [events].flat(), type: "application/cloudevents-batch+json" });

/// A customer writes; `thread` names the conversation.
export const message = (customer, text, thread = `t${customer.id}`, more = {}) =>
  event("message.received", customer, { conversation: { id: thread }, message: { id: `m-${next + 1}`, channel: "log", from: String(customer.id), text, ...more } });

export const conversations = async (shop, view = "all") => (await ask(shop, `/api/v1/conversations?view=${view}&limit=200`)).items;
export const writes = async (shop, ...args) => {
  const told = message(...args);
  await send(shop, told);
  await eventually(async () => (await conversations(shop)).some((one) => one.id.endsWith(`:${told.data.conversation.id}`)), "the conversation");
};
