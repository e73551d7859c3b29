import { Class, classes, isHex, separators } from "./token-kind.js";

const dash = 0x2d;
const colon = 0x3a;
const dot = 0x2e;
const letterT = 0x54;
const letterZ = 0x5a;

/**
 * Ids that contain separators: where one that begins at `start` ends, when the first separator is at `at`; -1: there is none.
 * Called at every separator, so it looks at lengths first.
 *
 * @param end of the name, where `bytes` has a zero
 */
export function compoundIdEnd(bytes: Uint8Array, start: number, at: number, seen: number, end: number): number {
  const length = at - start;
  const code = bytes[at];
  if (code === dash) return length === 8 && isHex(seen) ? uuidEnd(bytes, start, end) : -1;
  if (code !== colon || (seen & Class.digit) === 0) return -1;
  if (length >= 5 && bytes[at - 3] === letterT) return clockEnd(bytes, at, end);
  return (length === 3 || length === 4) && isHex(seen) ? ipv6End(bytes, start, end) : -1;
}

/** 8-4-4-4-12 hexadecimal digits. */
function uuidEnd(bytes: Uint8Array, start: number, nameEnd: number): number {
  const end = start + 36;
  if (end > nameEnd || !isBoundary(bytes, end, nameEnd)) return -1;
  for (let i = 8; i < 36; i++) {
    const code = bytes[start + i];
    const isDashDue = i === 8 || i === 13 || i === 18 || i === 23;
    if (isDashDue ? code !== dash : !isHexDigit(code)) return -1;
  }
  return end;
}

/** The minutes and seconds of `2024-01-15T10:30:00.123Z`. */
function clockEnd(bytes: Uint8Array, at: number, nameEnd: number): number {
  let end = at;
  for (let part = 0; part < 2 && bytes[end] === colon; part++) {
    if (!isDigit(bytes[end + 1]) || !isDigit(bytes[end + 2])) break;
    end += 3;
  }
  if (end === at) return -1;
  if (bytes[end] === dot && isDigit(bytes[end + 1])) {
    end++;
    while (isDigit(bytes[end])) end++;
  }
  if (bytes[end] === letterZ) end++;
  return isBoundary(bytes, end, nameEnd) ? end : -1;
}

/** Eight groups of up to four hexadecimal digits, or fewer with one `::`. */
function ipv6End(bytes: Uint8Array, start: number, nameEnd: number): number {
  let groups = 0;
  let isShortened = false;
  let hasLetter = false;
  let end = start;
  let i = start;
  while (groups < 8) {
    const from = i;
    while (i - from < 4 && isHexDigit(bytes[i])) {
      hasLetter ||= !isDigit(bytes[i]);
      i++;
    }
    if (i === from) break;
    groups++;
    end = i;
    if (bytes[i] !== colon) break;
    i++;
    if (bytes[i] === colon && !isShortened) {
      isShortened = true;
      i++;
    }
  }
  // Eight short decimal numbers are more likely that.
  const isAddress = (groups === 8 && hasLetter) || (isShortened && groups >= 2);
  return isAddress && isBoundary(bytes, end, nameEnd) ? end : -1;
}

function isDigit(code = 0): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** False for the zero that lies beyond the end, which stops every loop here. */
function isHexDigit(code = 0): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function isBoundary(bytes: Uint8Array, at: number, nameEnd: number): boolean {
  return at >= nameEnd || ((classes[bytes[at] ?? 0] ?? Class.other) & separators) !== 0;
}
