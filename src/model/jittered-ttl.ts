/**
 * A time to live between half of `seconds` and all of it, in milliseconds: always the same for the same key, and spread evenly
 * over different ones, so that what was made stale together does not expire together.
 *
 * @param name one character a byte
 */
export function jitteredTtlMs(name: string, seconds: number): number {
  const share = (fnv1a(name) % 1024) / 1024;
  return Math.max(1, Math.round(seconds * 1000 * (1 - share / 2)));
}

/** FNV-1a, 32 bits, with a final mix: names that differ in their last digit only would else differ in the low bits only. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
