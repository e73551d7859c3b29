/**
 * Whether a name matches a pattern as SCAN MATCH does: `*`, `?`, `[a-z]`, `[^a]`, `\x`. Both are one character a byte. For
 * servers that cannot match by themselves. Source: stringmatchlen in redis/src/util.c.
 *
 * Only the last `*` is ever gone back to, so no pattern takes longer than its length times the name's.
 */
export function globMatches(pattern: string, name: string): boolean {
  let inPattern = 0;
  let inName = 0;
  let afterStar = -1;
  let starEndsAt = 0;
  while (inName < name.length) {
    if (pattern.charAt(inPattern) === "*") {
      afterStar = ++inPattern;
      starEndsAt = inName;
      continue;
    }
    const next = inPattern < pattern.length ? matchOne(pattern, inPattern, name.charCodeAt(inName)) : -1;
    if (next !== -1) {
      inPattern = next;
      inName++;
    } else if (afterStar === -1) return false;
    else {
      inPattern = afterStar;
      inName = ++starEndsAt;
    }
  }
  while (pattern.charAt(inPattern) === "*") inPattern++;
  return inPattern === pattern.length;
}

/** Where the pattern goes on when what stands at `at` takes this character; -1 when it does not. */
function matchOne(pattern: string, at: number, code: number): number {
  const symbol = pattern.charAt(at);
  if (symbol === "?") return at + 1;
  if (symbol === "[") return matchClass(pattern, at + 1, code);
  const literal = symbol === "\\" && at + 1 < pattern.length ? at + 1 : at;
  return pattern.charCodeAt(literal) === code ? literal + 1 : -1;
}

/** A class without `]` goes on to the end of the pattern, as in Redis. */
function matchClass(pattern: string, from: number, code: number): number {
  const negated = pattern.charAt(from) === "^";
  let at = negated ? from + 1 : from;
  let found = false;
  while (at < pattern.length && pattern.charAt(at) !== "]") {
    if (pattern.charAt(at) === "\\" && at + 1 < pattern.length) at++;
    const first = pattern.charCodeAt(at);
    const isRange = pattern.charAt(at + 1) === "-" && at + 2 < pattern.length;
    const last = isRange ? pattern.charCodeAt(at + 2) : first;
    if (code >= Math.min(first, last) && code <= Math.max(first, last)) found = true;
    at += isRange ? 3 : 1;
  }
  return found === negated ? -1 : Math.min(at + 1, pattern.length);
}
