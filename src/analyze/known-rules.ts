import type { Rule } from "./rule.js";
import { allRules } from "./rules/index.js";

/** Rule id → the thresholds that a profile may change. */
export function knownRules(): ReadonlyMap<string, readonly string[]> {
  return new Map(allRules.map(({ id, thresholds }) => [id, Object.keys(thresholds ?? {})]));
}

/** The rules over what a pass over the keys found: those that `bigkeys` judges, and `analyze`, which reads no keys, cannot. */
export const keyspaceRules: readonly Rule[] = allRules.filter(({ scope }) => scope === "keyspace");

/** What `cluster check` judges: who is there, what each copies, and how the nodes of a cluster see and resemble each other. */
export const clusterRules: readonly Rule[] = allRules.filter(
  ({ scope, families, category, onlyIn }) =>
    scope !== "keyspace" &&
    onlyIn === undefined &&
    families.includes("redis") &&
    (category === "cluster" || category === "replication" || category === "availability"),
);

/** What `analyze` judges. */
export const analyzeRules: readonly Rule[] = allRules.filter(({ onlyIn }) => onlyIn === undefined);

/** What `sentinel check` judges: the sentinels, who is there behind them, and what each copies. */
export const sentinelRules: readonly Rule[] = allRules.filter(
  ({ id, scope, families, category }) =>
    scope !== "keyspace" &&
    (families.includes("sentinel") ||
      (families.includes("redis") && (category === "replication" || category === "availability"))) &&
    // sentinel-no-promotable-replica knows this reason too, among others, and judges each master by itself.
    id !== "replicas-unpromotable",
);
