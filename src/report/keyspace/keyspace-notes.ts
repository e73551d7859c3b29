import type { HotKeysFacts, KeyspaceTopic, ScanFacts } from "../../model/keyspace.js";
import type { ObservedTarget } from "../../model/observation.js";
import { formatCount, formatDuration, formatSize, roundTo } from "../format-value.js";
import { plural } from "../summary.js";

/** How the topics are called in a sentence. */
const topicNames: Record<KeyspaceTopic, string> = {
  scan: "how the scan went",
  keyTotals: "totals",
  largestKeys: "the largest keys",
  longestKeys: "the collections with most elements",
  keyGroups: "groups of keys",
  ttls: "TTLs",
  waste: "waste",
  skew: "skew",
  hotKeys: "hot keys",
  itemClasses: "slab classes",
};

/**
 * Sentences on what a pass over one target did not see, what its figures mean, and what it did to the server.
 *
 * @param told reasons for which rules could not be judged: the report has them already
 */
export function keyspaceNotes(
  { target, nodes, keyspace = {} }: ObservedTarget,
  askedForHotKeys: boolean,
  told: readonly string[],
): string[] {
  const scan = keyspace.scan?.ok === true ? keyspace.scan.value : null;
  return [
    ...(scan === null ? [] : [...seenNotes(scan, told), ...overstatedNote(scan, keyspace, nodes), ...costNotes(scan)]),
    ...missingNotes({ target, keyspace }, askedForHotKeys),
    ...listNotes(keyspace),
    ...(keyspace.hotKeys?.ok === true ? hotNotes(keyspace.hotKeys.value) : []),
  ];
}

/** Who asked for hot keys is told also that there are none. */
function hotNotes({ keys, notes, seconds }: HotKeysFacts): string[] {
  const watched = seconds === null ? "" : ` in the ${formatDuration(seconds)} that were watched`;
  return [
    ...(keys.length === 0 ? [`No hot keys: no key was seen in use${watched}.`] : []),
    ...notes.map((note) => (note.endsWith(".") ? note : `${note}.`)),
  ];
}

function seenNotes({ gaps, sampleRatio, match, type }: ScanFacts, told: readonly string[]): string[] {
  const untold = gaps.filter((gap) => !told.some((reason) => reason.includes(gap)));
  return [
    ...untold.map((gap) => `Not every key was seen, because ${gap}.`),
    ...(match === null ? [] : [`Only keys that match ${match} were looked at.`]),
    ...(type === null ? [] : [`Only keys of type ${type} were looked at.`]),
    ...(sampleRatio === 1 ? [] : [sampleNote(sampleRatio)]),
  ];
}

function sampleNote(sampleRatio: number): string {
  const larger = mostLargerKeys(sampleRatio);
  return `${roundTo(100 * sampleRatio, 3)} % of the keys were measured: sums are estimates, with half the width of their 95 % interval in the columns "± 95 %". Single keys are those of the sample: up to ${formatCount(larger)} larger ${plural(larger, "one")} may be outside of it (95 %), and where such keys are much larger, sums of bytes are too low by more than their intervals.`;
}

/**
 * How many keys may be larger than the largest of a sample that took each with probability `ratio`: that all of the n + 1 largest
 * were left out has the probability (1 − ratio)^(n+1), which is below 5 % from this n on. Of sums no interval says that: its variance
 * is taken from the sample, which knows nothing of them.
 */
function mostLargerKeys(ratio: number): number {
  return Math.floor(Math.log(0.05) / Math.log(1 - ratio));
}

/** Or a reader would look for a mistake in the report. Measured on Redis 8.0.2 and 8.0.6; 7.0 and Valkey are not so. */
function overstatedNote(
  { nodes: scanned }: ScanFacts,
  { keyTotals }: NonNullable<ObservedTarget["keyspace"]>,
  observed: ObservedTarget["nodes"],
): string[] {
  const bytes = keyTotals?.ok === true ? (keyTotals.value.bytes?.value ?? null) : null;
  const used = scanned.map(({ node: address }) => {
    const memory = observed.find(({ node }) => node.address === address)?.facts.memory;
    return memory?.ok === true ? memory.value.usedBytes : null;
  });
  const usedBytes = used.reduce<number>((sum, value) => sum + (value ?? Infinity), 0);
  if (bytes === null || bytes <= usedBytes) return [];
  return [
    `The keys' sizes, as MEMORY USAGE gives them, add up to ${formatSize(bytes)}, more than used_memory (${formatSize(usedBytes)}): the command estimates, and on Redis 8 gives about 19 bytes too many for each member of a large set.`,
  ];
}

function costNotes({ nodes }: ScanFacts): string[] {
  const lookups = nodes.reduce((sum, { addedLookups }) => sum + addedLookups, 0);
  return [
    ...(lookups === 0
      ? []
      : [`The scan added ${formatCount(lookups)} lookups to keyspace_hits: hit rates over this time are too high.`]),
    ...byReason(
      nodes.flatMap(({ node, longestCommandUnknown: reason }) => (reason === null ? [] : [{ name: node, reason }])),
      (names, reason) => `How long the longest command held the server is not known of ${names}: ${reason}.`,
    ),
  ];
}

function missingNotes({ target, keyspace = {} }: Pick<ObservedTarget, "target" | "keyspace">, hot: boolean): string[] {
  const missing = Object.entries(topicNames).flatMap(([topic, name]) => {
    const fact = keyspace[topic as KeyspaceTopic];
    if (fact === undefined || fact.ok) return [];
    if (topic === "hotKeys" && !hot) return [];
    // A Memcached item has no elements or encoding: nobody misses them.
    if (fact.cause === "not-supported" && target.kind === "memcached") return [];
    return [{ name, reason: fact.reason }];
  });
  const scan = keyspace.scan?.ok === true ? keyspace.scan.value.nodes : [];
  const told = new Set(missing.map(({ reason }) => reason));
  const refused = scan
    .flatMap((node) => node.refused.map(({ command, reason }) => ({ name: command, reason })))
    .filter(({ reason }) => !told.has(reason));
  return [
    ...byReason(missing, (names, reason) => `Not in this report: ${names}, because ${reason}.`),
    ...byReason(refused, (names, reason) => `Not asked of every key: ${names}, because ${reason}.`),
  ];
}

function listNotes({ keyGroups, largestKeys, longestKeys, ttls }: NonNullable<ObservedTarget["keyspace"]>): string[] {
  const others = keyGroups?.ok === true ? keyGroups.value.others : null;
  const equal = (name: string, count: number) =>
    count === 0
      ? []
      : [
          `${formatCount(count)} more ${count === 1 ? "key is" : "keys are"} exactly as large as the last of ${name} (--top lists more).`,
        ];
  return [
    ...(others === null
      ? []
      : [
          `${formatCount(others.groups)} smaller ${others.groups === 1 ? "group is" : "groups are"} not listed: ${formatCount(others.keys.value)} ${plural(others.keys.value, "key")}${others.bytes === null ? "" : `, ${formatSize(others.bytes.value)}`} (--groups lists more).`,
        ]),
    ...equal("the largest keys by bytes", largestKeys?.ok === true ? largestKeys.value.moreEqual : 0),
    ...equal("the largest keys by elements", longestKeys?.ok === true ? longestKeys.value.moreEqual : 0),
    ...(ttls?.ok === true && ttls.value.unknownKeys > 0
      ? [`The TTL of ${formatCount(ttls.value.unknownKeys)} keys could not be asked; they are in no TTL figure.`]
      : []),
  ];
}

/** One sentence for all that share a reason. */
function byReason(
  entries: readonly { name: string; reason: string }[],
  say: (names: string, reason: string) => string,
): string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, reason } of entries) names.set(reason, (names.get(reason) ?? new Set()).add(name));
  return [...names].map(([reason, set]) => say([...set].join(", "), reason));
}
