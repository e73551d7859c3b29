/**
 * Everything a terminal could take as an order or that would make a line read differently than it is: C0 and C1 control
 * characters, line and paragraph separators, and the marks that turn the reading direction.
 */
const unprintable = /[\p{Control}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

export function isPrintable(text: string): boolean {
  return text.search(unprintable) === -1;
}

/**
 * `text` with every unprintable character written out (`\x1b`, `\u202e`). Key names, client names and error texts come
 * from servers that anybody may write to; printed as they are they could clear the screen or forge a verdict.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : jsonEscape(character);
  });
}

/** The same for JSON text, where only `\u….` is an escape. The value stays the same. */
export function printableJson(json: string): string {
  // JSON.stringify has escaped C0 already; the line breaks that are left are its own layout.
  return json.replace(unprintable, (character) => (character === "\n" ? character : jsonEscape(character)));
}

/** `value` with every string in it made printable, at any depth. Property names are the program's own and stay. */
export function withPrintableStrings<T>(value: T): T {
  if (typeof value === "string") return printable(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withPrintableStrings(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPrintableStrings(item)])) as T;
}

function jsonEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
