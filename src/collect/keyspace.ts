import type { KeyspaceFacts } from "../model/facts.js";
import { numberField, parsePairs, type Info } from "../protocol/info.js";

/** Reads INFO keyspace; a server without keys has the section and no lines. */
export function parseKeyspace(info: Info): KeyspaceFacts | null {
  const section = info["keyspace"];
  if (section === undefined) return null;
  const databases: KeyspaceFacts["databases"] = {};
  for (const [field, value] of Object.entries(section)) {
    const index = /^db(\d+)$/.exec(field)?.[1];
    const pairs = parsePairs(value);
    const keys = numberField(pairs, "keys");
    if (index === undefined || keys === null) continue;
    databases[index] = { keys, expires: numberField(pairs, "expires") ?? 0, avgTtlMs: numberField(pairs, "avg_ttl") };
  }
  const all = Object.values(databases);
  return {
    databases,
    keys: all.reduce((sum, { keys }) => sum + keys, 0),
    expires: all.reduce((sum, { expires }) => sum + expires, 0),
  };
}
