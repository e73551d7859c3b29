import type { ErrorStatsFacts } from "../model/facts.js";
import { numberField, parsePairs, type Info } from "../protocol/info.js";

/** Reads INFO errorstats (6.2+): `errorstat_OOM:count=3`. */
export function parseErrorStats(info: Info): ErrorStatsFacts | null {
  const section = info["errorstats"];
  if (section === undefined) return null;
  const errors: ErrorStatsFacts = {};
  for (const [field, value] of Object.entries(section)) {
    const count = numberField(parsePairs(value), "count");
    if (field.startsWith("errorstat_") && count !== null) errors[field.slice("errorstat_".length)] = count;
  }
  return errors;
}
