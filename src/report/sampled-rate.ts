import { known, missing, type Fact } from "../model/fact.js";
import { roundTo } from "./format-value.js";

interface Window {
  basis: "sample" | "since-start";
  seconds: number;
  counters: Record<string, number>;
}

/**
 * The growth of the counters together, per second between two samples. Missing when one of them is not reported, and since
 * start: an average over months is no rate.
 */
export function sampledRate(fact: Fact<Window> | undefined, counters: readonly string[]): Fact<number> {
  if (fact === undefined) return missing("failed", "the counters were not collected");
  if (!fact.ok) return fact;
  const { basis, seconds, counters: grown } = fact.value;
  if (basis !== "sample" || seconds <= 0) return missing("not-sampled", "a rate needs two samples (--sample 5s)");
  let sum = 0;
  for (const counter of counters) {
    const growth = grown[counter];
    if (growth === undefined) return missing("failed", `${counter} is not reported`);
    sum += growth;
  }
  return known(roundTo(sum / seconds, 4));
}
