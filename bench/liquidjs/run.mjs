// node run.mjs FOLDER [CASES.jsonl...]: LiquidJS on the same files as liquid_bench, with the same lines.
// NODE_MODULES names the folder that liquidjs is installed in, when it is not beside this file.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const require = createRequire(join(resolve(process.env.NODE_MODULES ?? '.'), 'x.js'));
const { Liquid } = require('liquidjs');

function microsOf(work) {
  const batches = 101;
  for (let i = 0; i < 200; ++i) work(); // let the compiler see it
  const before = process.hrtime.bigint();
  work();
  const first = Number(process.hrtime.bigint() - before) / 1000;
  const runs = Math.min(1000, Math.max(1, Math.floor(1000 / (first + 0.1))));
  const times = [];
  for (let b = 0; b < batches; ++b) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < runs; ++i) work();
    times.push(Number(process.hrtime.bigint() - start) / 1000 / runs);
  }
  times.sort((a, b) => a - b);
  return `${times[batches >> 1].toFixed(1)} us (best ${times[0].toFixed(1)})`;
}

function measure(name, text, data, options) {
  try {
    const engine = new Liquid({ cache: true, ...options });
    const parsed = engine.parse(text);
    const bytes = Buffer.byteLength(engine.renderSync(parsed, data));
    const parse = microsOf(() => engine.parse(text));
    const render = microsOf(() => engine.renderSync(parsed, data));
    console.log(`${name}\tparse ${parse}\trender ${render}\t${bytes} bytes`);
  } catch (error) {
    console.log(`${name}\tLiquidJS fails: ${error.message.split('\n')[0]}`);
  }
}

const [folder, ...files] = process.argv.slice(2);
const text = readFileSync(join(folder, 'confirmation.html.liquid'), 'utf8');
const data = JSON.parse(readFileSync(join(folder, 'confirmation.json'), 'utf8'));
measure('confirmation', text, data, {});
measure('confirmation, escaped', text, data, { outputEscape: 'escape' });
for (const file of files) {
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const c = JSON.parse(line);
    const templates = {};
    for (const [name, source] of Object.entries(c.partials ?? {})) templates[name] = templates[name.replace(/\.liquid$/, '')] = source;
    measure(c.id, c.template, c.data ?? {}, { templates });
  }
}
