/** `8.0.6` → [8, 0, 6]. Null for what does not start with a dotted version; a suffix such as `-rc1` is left out. */
export function parseVersion(text: string): number[] | null {
  const match = /^v?(\d+(?:\.\d+)+)/.exec(text.trim());
  return match?.[1] === undefined ? null : match[1].split(".").map(Number);
}

/** Negative when `a` is older than `b`; null when either cannot be read. Missing parts count as 0: `8.0` equals `8.0.0`. */
export function compareVersions(a: string, b: string): number | null {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === null || right === null) return null;
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version is `minimum` or newer; null when it cannot be read. */
export function isAtLeast(version: string, minimum: string): boolean | null {
  const difference = compareVersions(version, minimum);
  return difference === null ? null : difference >= 0;
}
