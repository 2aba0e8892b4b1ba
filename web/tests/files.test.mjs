import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import http from "node:http";
import { openShop } from "./support/shop.mjs";
import { test } from "./support/story.mjs";

const first_load_bytes_max = 60 * 1024;

// fetch() would unzip what it gets, and tidy the path up.
const get = (url, headers = {}, method = "GET") =>
  new Promise((resolve, reject) => {
    const [, hostname, port, path] = /^http:\/\/([^:]+):(\d+)(.*)$/.exec(url);
    const request = http.request({ hostname, port, path, headers, method }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end();
  });

test("the console's first load is small, zipped, kept for ever where it is hashed, and may run only what is its own", async () => {
  const shop = await openShop();
  const page = await get(`${shop.url}/console/`, { "Accept-Encoding": "br, gzip" });
  assert.equal(page.status, 200);
  assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(page.headers["cache-control"], "no-cache");
  assert.match(page.headers["content-security-policy"], /^default-src 'self'; /);
  assert.doesNotMatch(page.headers["content-security-policy"], /unsafe|nonce|data:|\*/);
  const markup = gunzipSync(page.body).toString();
  assert.doesNotMatch(markup, /<style|style=|<script(?![^>]* src=)|\son\w+=/, "nothing inline");
  let bytes = page.body.length;
  for (const [, path] of markup.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)) {
    const asset = await get(shop.url + path, { "Accept-Encoding": "gzip" });
    assert.equal(asset.status, 200, path);
    assert.equal(asset.headers["content-encoding"], "gzip");
    assert.match(asset.headers["cache-control"], /immutable/);
    const plain = await get(shop.url + path);
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.deepEqual(gunzipSync(asset.body), plain.body);
    bytes += asset.body.length;
  }
  assert.ok(bytes <= first_load_bytes_max, `${bytes} bytes`);
  if (process.env.SHOPBELL_WEB_TIMES) console.log(`first load: ${bytes} bytes by gzip`);
  await shop.stop();
});

test("a page that has not changed is not sent again, and an address that is none is told so", async () => {
  const shop = await openShop();
  const { headers } = await get(`${shop.url}/console/`);
  for (const [asked, status] of [[headers.etag, 304], [`"other", ${headers.etag}`, 304], ["*", 304], ['"other"', 200]])
    assert.equal((await get(`${shop.url}/console/`, { "If-None-Match": asked })).status, status, asked);
  for (const [coding, zipped] of [["gzip;q=0", false], ["gzip;q=0.5", true], ["*", true], ["identity", false]])
    assert.equal((await get(`${shop.url}/console/`, { "Accept-Encoding": coding })).headers["content-encoding"] === "gzip", zipped, coding);
  assert.equal((await get(`${shop.url}/console`)).headers.location, "/console/");
  assert.equal((await get(`${shop.url}/console/`, {}, "HEAD")).body.length, 0);
  assert.equal((await get(`${shop.url}/console/`, {}, "POST")).status, 405);
  for (const path of ["/console/assets/", "/console/assets/none.js", "/console/../etc/passwd", "/console/%2e%2e/"])
    assert.equal((await get(shop.url + path)).status, 404, path);
  await shop.stop();
});
