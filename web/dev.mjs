// For whoever works on the web parts: bundles them anew at each load of a page, and passes everything else on to a shop that runs.
// usage: node dev.mjs http://127.0.0.1:8080 [PORT]
import http from "node:http";
import net from "node:net";
import { extname } from "node:path";
import { bundle, types } from "./bundle.mjs";

const shop = new URL(process.argv[2] ?? "http://127.0.0.1:8080");
const port = Number(process.argv[3] ?? 8090);
const policy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'";
let files = new Map();

// Cookies and the check of Origin are about the shop's own address.
const passed = (headers) => ({ ...headers, host: shop.host, ...(headers.origin ? { origin: shop.origin } : {}) });

const server = http.createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  try {
    if (path.endsWith("/")) files = new Map((await bundle()).map((file) => [file.path, file]));
  } catch (error) {
    response.writeHead(500).end(String(error));
    return;
  }
  const file = files.get(path);
  if (file) {
    response.writeHead(200, { "Content-Type": file.type ?? types[extname(path)], "Cache-Control": "no-store", "Content-Security-Policy": policy }).end(file.body);
    return;
  }
  const onward = http.request(new URL(request.url, shop), { method: request.method, headers: passed(request.headers) }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end());
  request.pipe(onward);
});

server.on("upgrade", (request, socket) => {
  const onward = net.connect(Number(shop.port), shop.hostname, () => {
    const fields = Object.entries(passed(request.headers)).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    onward.write(`GET ${request.url} HTTP/1.1\r\n${fields}\r\n`);
    socket.pipe(onward).pipe(socket);
  });
  for (const one of [socket, onward]) one.on("error", () => (socket.destroy(), onward.destroy()));
});

server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/console/ before ${shop.origin}`));
