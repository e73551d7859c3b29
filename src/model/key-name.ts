import { TextDecoder } from "node:util";

/** As many bytes of a name as a report shows; the longest that Redis allows is half a gigabyte. */
const shownBytes = 256;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A key's name for people, from one character a byte: UTF-8 where the bytes are that, else with `\xNN` for bytes beyond
 * ASCII. A name of over 256 bytes is cut, and its length is said.
 */
export function keyText(name: string): string {
  if (name.length <= shownBytes) return decoded(name);
  return `${decoded(name.slice(0, wholeCharacters(name)))}… (${name.length} bytes)`;
}

/** Where to cut so that no UTF-8 character is torn, which would make the rest look like other than UTF-8. */
function wholeCharacters(name: string): number {
  let end = shownBytes;
  // A character has three continuation bytes (10xxxxxx) at most.
  while (end > shownBytes - 3 && (name.charCodeAt(end) & 0xc0) === 0x80) end--;
  return end;
}

function decoded(name: string): string {
  if (isAscii(name)) return name;
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
  try {
    return utf8.decode(bytes);
  } catch {
    return name.replaceAll(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The text with memory of its own: a slice of a 64 KiB chunk would keep the whole chunk alive. */
export function ownText(slice: string): string {
  // Joining and cutting makes V8 build a flat copy.
  return (" " + slice).slice(1);
}

/** UTF-8 text as one character a byte: what a name or a pattern that a person wrote is to a server. */
export function bytesOfText(text: string): string {
  // ASCII, which most names are, is the same either way.
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text, "utf8").toString("latin1");
}
