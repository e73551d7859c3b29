import { Class, classes, isHex, separators } from "./token-kind.js";

const dash = 0x2d;
const colon = 0x3a;
const dot = 0x2e;
const letterT = 0x54;
const letterZ = 0x5a;

/**
 * Ids that contain separators: where one that begins at `start` ends, when the first separator is at `at`; -1: there is none.
 * Called at every separator, so it looks at lengths first.
 */
export function compoundIdEnd(name: string, start: number, at: number, seen: number): number {
  const length = at - start;
  const code = name.charCodeAt(at);
  if (code === dash) return length === 8 && isHex(seen) ? uuidEnd(name, start) : -1;
  if (code !== colon || (seen & Class.digit) === 0) return -1;
  if (length >= 5 && name.charCodeAt(at - 3) === letterT) return clockEnd(name, at);
  return (length === 3 || length === 4) && isHex(seen) ? ipv6End(name, start) : -1;
}

/** 8-4-4-4-12 hexadecimal digits. */
function uuidEnd(name: string, start: number): number {
  const end = start + 36;
  if (end > name.length || !isBoundary(name, end)) return -1;
  for (let i = 8; i < 36; i++) {
    const code = name.charCodeAt(start + i);
    const isDashDue = i === 8 || i === 13 || i === 18 || i === 23;
    if (isDashDue ? code !== dash : !isHexDigit(code)) return -1;
  }
  return end;
}

/** The minutes and seconds of `2024-01-15T10:30:00.123Z`. */
function clockEnd(name: string, at: number): number {
  let end = at;
  for (let part = 0; part < 2 && name.charCodeAt(end) === colon; part++) {
    if (!isDigit(name.charCodeAt(end + 1)) || !isDigit(name.charCodeAt(end + 2))) break;
    end += 3;
  }
  if (end === at) return -1;
  if (name.charCodeAt(end) === dot && isDigit(name.charCodeAt(end + 1))) {
    end++;
    while (isDigit(name.charCodeAt(end))) end++;
  }
  if (name.charCodeAt(end) === letterZ) end++;
  return isBoundary(name, end) ? end : -1;
}

/** Eight groups of up to four hexadecimal digits, or fewer with one `::`. */
function ipv6End(name: string, start: number): number {
  let groups = 0;
  let isShortened = false;
  let hasLetter = false;
  let end = start;
  let i = start;
  while (groups < 8) {
    const from = i;
    while (i - from < 4 && isHexDigit(name.charCodeAt(i))) {
      hasLetter ||= !isDigit(name.charCodeAt(i));
      i++;
    }
    if (i === from) break;
    groups++;
    end = i;
    if (name.charCodeAt(i) !== colon) break;
    i++;
    if (name.charCodeAt(i) === colon && !isShortened) {
      isShortened = true;
      i++;
    }
  }
  // Eight short decimal numbers are more likely that.
  const isAddress = (groups === 8 && hasLetter) || (isShortened && groups >= 2);
  return isAddress && isBoundary(name, end) ? end : -1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** False for NaN, which is what lies beyond the end. */
function isHexDigit(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function isBoundary(name: string, end: number): boolean {
  return end >= name.length || ((classes[name.charCodeAt(end)] ?? Class.other) & separators) !== 0;
}
