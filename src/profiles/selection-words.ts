import { parseEndpoint } from "./parse-endpoint.js";

/** One thing that was asked for: a URL, or the name or glob of profiles. */
export type SelectionWord = { kind: "url"; text: string } | { kind: "name"; text: string };

/**
 * Splits `prod-*,sessions` at its commas. A URL takes the rest of its list, because its hosts are separated by commas too:
 * names go before it, and another URL starts at the next scheme. `host:port` is short for a URL.
 */
export function selectionWords(list: string): SelectionWord[] {
  const texts: string[] = [];
  for (const piece of list.split(",").map((part) => part.trim())) {
    const before = texts.at(-1);
    if (before?.includes("://") === true && !piece.includes("://")) texts[texts.length - 1] = `${before},${piece}`;
    else if (piece !== "") texts.push(piece);
  }
  return texts.map((text) => {
    const url = urlOf(text);
    return url === null ? { kind: "name", text } : { kind: "url", text: url };
  });
}

/** Profile names hold neither colon nor @, so these are never taken for one, nor shown as an unknown one. */
function urlOf(text: string): string | null {
  if (text.includes("://")) return text;
  if (text.includes("@")) return `redis://${text}`;
  const endpoint = parseEndpoint(text, null);
  if (!endpoint.ok) return text.includes(":") ? `redis://${text}` : null;
  return `${endpoint.port === 11_211 ? "memcached" : "redis"}://${text}`;
}

export function isGlob(name: string): boolean {
  return /[*?]/.test(name);
}

/** The names that a glob stands for: `*` any characters, `?` one. */
export function matchGlob(glob: string, names: readonly string[]): string[] {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const whole = new RegExp(`^${pattern}$`);
  return names.filter((name) => whole.test(name));
}
