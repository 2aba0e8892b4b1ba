// A test is a sentence and what shows it.
export const tests = [];
export const test = (name, run) => tests.push({ name, run });

// Until the look says something true; what a person would wait for, without a sleep of a chosen length.
export async function eventually(look, what = "it", patience = 20_000) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what} did not come about within ${patience} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
