import type { SampledKey, SampleStratum } from "../../model/key-sample.js";
import type { Figure } from "../../model/keyspace.js";
import { isNamed, lockWords, queueWords, tagWords } from "../keyspace/names/telling-words.js";
import { estimateBytes, estimateKeys } from "./estimate.js";

/** Keys without a TTL whose loss would break more than a cache miss does. */
export interface KeptKeys {
  kind: KeptKind;
  /** Why losing one hurts, as a clause. */
  harm: string;
  example: string;
  keys: Figure;
  bytes: Figure | null;
}

type KeptKind = "locks" | "tag sets" | "queues";

const kinds: { kind: KeptKind; harm: string; is: (key: SampledKey) => boolean }[] = [
  {
    kind: "locks",
    harm: "two holders may work at once",
    is: ({ name }) => isNamed(name, lockWords),
  },
  {
    kind: "tag sets",
    harm: "what they tag can no longer be invalidated and is served stale",
    is: ({ name, type }) => (type === "set" || type === "zset" || type === null) && isNamed(name, tagWords),
  },
  {
    kind: "queues",
    harm: "the work in them is lost without an error",
    // A stream is a log that consumers have a place in; nobody caches in one.
    is: ({ name, type }) =>
      type === "stream" || ((type === "list" || type === "zset" || type === null) && isNamed(name, queueWords)),
  },
];

/** By name and type, as far as names tell. A key counts for the first kind that it fits. */
export function keptKeys(strata: readonly SampleStratum[]): KeptKeys[] {
  return kinds.flatMap(({ kind, harm }) => {
    const is = (key: SampledKey) => key.ttlMs === -1 && kindOf(key) === kind;
    const example = strata.flatMap(({ keys }) => keys).find(is)?.name;
    if (example === undefined) return [];
    return [{ kind, harm, example, keys: estimateKeys(strata, is), bytes: estimateBytes(strata, is) }];
  });
}

function kindOf(key: SampledKey): KeptKind | null {
  return kinds.find(({ is }) => is(key))?.kind ?? null;
}
