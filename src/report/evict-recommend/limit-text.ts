import { formatSize } from "../format-value.js";

/** A limit for people: 0 is none. */
export function limitText(bytes: number): string {
  return bytes === 0 ? "no limit" : formatSize(bytes);
}
