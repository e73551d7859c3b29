/** INFO's sections: lower-case section name → field → value as text. Fields before any section header land in `""`. */
export type Info = Record<string, Record<string, string>>;

/** Reads the text of INFO. Never throws: what is not `field:value` is left out. */
export function parseInfo(text: string): Info {
  const info: Info = {};
  let section: Record<string, string> = (info[""] = {});
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) {
      section = info[line.slice(1).trim().toLowerCase()] ??= {};
      continue;
    }
    const colon = line.indexOf(":");
    if (colon > 0) section[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return info;
}

/** A field as a number; null when it is absent or not a number. A trailing `%` is allowed. */
export function numberField(section: Record<string, string> | undefined, field: string): number | null {
  const text = section?.[field]?.replace(/%$/, "").trim();
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** A 0/1 field; null when absent. */
export function flagField(section: Record<string, string> | undefined, field: string): boolean | null {
  const text = section?.[field];
  return text === undefined ? null : text === "1";
}

/** `a=1,b=2` as fields, the form that INFO uses inside its values (keyspace, commandstats, slaveN). */
export function parsePairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const equals = pair.indexOf("=");
    if (equals > 0) pairs[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return pairs;
}
