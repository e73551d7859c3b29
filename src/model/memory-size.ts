const factors: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1024,
  m: 1e6,
  mb: 1024 ** 2,
  g: 1e9,
  gb: 1024 ** 3,
  t: 1e12,
  tb: 1024 ** 4,
};

/** `512mb`, `4gb`, `100m` or plain bytes as bytes, with the units of redis.conf (`k` is 1000, `kb` 1024); null for anything else. */
export function parseMemorySize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text.trim().toLowerCase());
  const factor = factors[match?.[2] ?? ""];
  if (match === null || factor === undefined) return null;
  const bytes = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
