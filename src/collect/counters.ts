import type { CounterFacts } from "../model/facts.js";
import { numberField, type Info } from "../protocol/info.js";

const sections = ["stats", "cpu", "persistence", "cluster info"];

/** Every numeric field of INFO's Stats, CPU and Persistence by its own name, and the cluster bus's dropped links (7.0+). */
export function parseCounters(info: Info): CounterFacts | null {
  if (info["stats"] === undefined) return null;
  const counters: CounterFacts = {};
  for (const section of sections) {
    for (const field of Object.keys(info[section] ?? {})) {
      const value = numberField(info[section], field);
      if (value !== null) counters[field] = value;
    }
  }
  return counters;
}
