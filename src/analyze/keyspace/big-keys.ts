import type { Command, EvidenceUnit, Priority } from "../../model/finding.js";
import type { TopKey } from "../../model/keyspace.js";
import type { NodeIdentity, TargetIdentity } from "../../model/node.js";
import { evidence, serverCommand, type Draft } from "../rule.js";

/** A finding may concern hundreds of keys: the first ones are named, the others counted. */
const namedKeys = 5;
const lookedAtKeys = 3;

/** What about a key is too big, and in which terms. */
export interface BigKeyMeasure {
  /** Null: not known, so it is not too big. */
  size(key: TopKey): number | null;
  /** The command that measures it, as the evidence names it. */
  term(key: TopKey): string;
  unit: EvidenceUnit;
  /** What the number of keys is called in the evidence: `strings this large`. */
  countedAs: string;
}

export interface Band {
  /** Sizes above this, up to the next band's. */
  above: number;
  priority: Priority;
}

interface Place {
  target: TargetIdentity;
  nodeAt: (address: string) => NodeIdentity;
}

/** One finding for each band that holds keys. `bands` begin with the largest; `keys` is a list of top keys. */
export function bigKeyDrafts(
  keys: readonly TopKey[],
  measure: BigKeyMeasure,
  bands: readonly Band[],
  action: string,
  place: Place,
): Draft[] {
  return bands.flatMap(({ above, priority }, index) => {
    const below = bands[index - 1]?.above ?? Infinity;
    const found = keys.filter((key) => {
      const size = measure.size(key);
      return size !== null && size > above && size <= below;
    });
    return found.length === 0 ? [] : [bigKeyDraft(found, measure, { priority, action }, place)];
  });
}

export function bigKeyDraft(
  keys: readonly TopKey[],
  measure: BigKeyMeasure,
  { priority, action }: Pick<Draft, "priority" | "action">,
  { target, nodeAt }: Place,
): Draft {
  const [first] = keys.slice(namedKeys);
  return {
    priority,
    action,
    evidence: [
      ...keys
        .slice(0, namedKeys)
        .map((key) =>
          evidence(nodeAt(key.node), `${measure.term(key)} ${nameOf(key)}`, measure.size(key), measure.unit),
        ),
      ...(first === undefined ? [] : [evidence(nodeAt(first.node), measure.countedAs, keys.length, "count")]),
    ],
    commands: keys.slice(0, lookedAtKeys).flatMap((key) => lookCommands(nodeAt(key.node), target, key)),
    nodes: keys.map(({ node }) => node),
  };
}

/** Commands that show a key's size and a few of its elements, each bounded whatever the key holds. */
export function lookCommands(node: NodeIdentity, target: TargetIdentity, key: TopKey): Command[] {
  if (!isWholeName(key.key)) return [];
  const options = [
    // A replica of a cluster sends a reader on to its primary, and -c follows.
    ...(target.kind === "cluster" && node.role === "replica" ? ["-c"] : []),
    ...(key.database === 0 ? [] : ["-n", String(key.database)]),
  ];
  const ask = (...argv: string[]) => serverCommand(node, ...options, ...argv);
  const look = boundedLooks[key.type ?? ""];
  return [ask("MEMORY", "USAGE", key.key), ...(look === undefined ? [] : [ask(...look(key.key))])];
}

const boundedLooks: Record<string, (name: string) => string[]> = {
  string: (name) => ["GETRANGE", name, "0", "199"],
  hash: (name) => ["HSCAN", name, "0", "COUNT", "10"],
  set: (name) => ["SSCAN", name, "0", "COUNT", "10"],
  zset: (name) => ["ZRANGE", name, "0", "9", "WITHSCORES"],
  list: (name) => ["LRANGE", name, "0", "9"],
  stream: (name) => ["XINFO", "STREAM", name],
};

/** The text of a name of other bytes than UTF-8, or of over 256, does not find the key (`keyText`). */
function isWholeName(name: string): boolean {
  return !/\\x[0-9a-f]{2}|… \(\d+ bytes\)$/.test(name);
}

function nameOf({ key, database }: TopKey): string {
  return database === 0 ? key : `${key} (database ${database})`;
}
