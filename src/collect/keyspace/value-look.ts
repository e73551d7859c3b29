import { deflateSync } from "node:zlib";
import type { ValueLook } from "../../model/closer-look.js";

/** As much of a value as is read: enough for a compressor to show what it can do, little enough to be read of hundreds. */
export const readBytes = 4096;

/** @param text the first bytes, one character each · @param length STRLEN */
export function lookAtValue(text: string, length: number): ValueLook {
  const bytes = Buffer.from(text, "latin1");
  return {
    length,
    readBytes: bytes.length,
    json: isJson(bytes.toString("utf8"), bytes.length >= length),
    deflatedRatio: bytes.length === 0 ? 1 : deflateSync(bytes).length / bytes.length,
  };
}

/** An object or an array; a bare number or text is JSON too, but nobody keeps it for that. */
function isJson(text: string, whole: boolean): boolean {
  if (!/^\s*(?:\{\s*(?:"|\})|\[\s*(?:["{[\]\d-]|true|false|null))/.test(text)) return false;
  // Of a value that was not read to its end, the beginning has to do.
  if (!whole) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
