// A shop in a temporary folder, served by the real program on a free port.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../../../", import.meta.url).pathname;
const open = new Set();

/// Serves a copy of the demo shop. `url`, `api(method, path, body)`, `stop()`.
export async function openShop() {
  const folder = mkdtempSync(join(tmpdir(), "shopbell-web-"));
  cpSync(join(root, "examples"), folder, { recursive: true, filter: (path) => !/\/(data|server\.log)$/.test(path) });
  const program = spawn(process.env.SHOPBELL, ["serve", folder, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  const shop = { folder, program, said: "", logged: "" };
  open.add(shop);
  program.stderr.on("data", (bytes) => (shop.logged += bytes));
  await new Promise((resolve, reject) => {
    program.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${shop.logged}`)));
    program.stdout.on("data", (bytes) => {
      shop.said += bytes;
      if (/^listening on \S+\n/m.test(shop.said)) resolve();
    });
  });
  shop.url = /^listening on (\S+)/m.exec(shop.said)[1];
  shop.stop = () => stop(shop);
  return shop;
}

async function stop(shop) {
  open.delete(shop);
  shop.program.removeAllListeners("exit");
  if (shop.program.exitCode === null) {
    const ended = new Promise((resolve) => shop.program.once("exit", resolve));
    shop.program.kill("SIGTERM");
    await ended;
  }
  rmSync(shop.folder, { recursive: true, force: true });
}

export const stopAll = () => Promise.all([...open].map(stop));
