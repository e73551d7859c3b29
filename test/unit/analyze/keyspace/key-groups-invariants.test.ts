import { describe, expect, it } from "vitest";
import { KeyGroups } from "../../../../src/analyze/keyspace/key-groups.js";
import { NameBytes } from "../../../../src/model/name-bytes.js";
import { NameTree, type SavedTree } from "../../../../src/analyze/keyspace/names/name-tree.js";
import { keyPage, seededRandom, type KeyRow } from "../../../support/key-page.js";

const separators = ":/|#,;{}.-_@";

/** Names of some words, numbers, ids and separators, that anything may come of. */
function anyRows(seed: number, count: number): KeyRow[] {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  const vocabulary = Array.from({ length: 2 + below(200) }, () => below(1e9).toString(36));
  const words = Array.from({ length: 1 + below(40) }, () => String.fromCharCode(97 + below(26)).repeat(1 + below(9)));
  const marks = Array.from({ length: 1 + below(4) }, () => separators[below(separators.length)]);
  const token = () => {
    const choice = below(6);
    if (choice === 0) return String(below(10 ** (1 + below(6))));
    if (choice === 1) return vocabulary[below(vocabulary.length)] ?? "";
    if (choice === 2) return String.fromCharCode(...Array.from({ length: below(4) }, () => below(256)));
    return words[below(words.length)] ?? "";
  };
  return Array.from({ length: count }, () => {
    const parts = Array.from({ length: 1 + below(6) }, () => token() + (marks[below(marks.length)] ?? ""));
    const ttlMs = below(3) === 0 ? -1 : below(1e7);
    return { name: parts.join(""), bytes: below(20) === 0 ? null : below(10_000), ttlMs };
  });
}

function addAll(groups: KeyGroups, rows: KeyRow[]): KeyGroups {
  for (let at = 0; at < rows.length; at += 250) groups.add(keyPage({ rows: rows.slice(at, at + 250) }));
  return groups;
}

function sums(groups: KeyGroups) {
  const all = [...groups.eachGroup()].map(({ statistics }) => statistics);
  const sum = (of: (statistics: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    keys: sum(({ keys }) => keys),
    bytes: sum(({ bytes }) => bytes.sum),
    squares: sum(({ bytes }) => bytes.squares),
    nameBytes: sum(({ nameBytes }) => nameBytes),
    withoutTtl: sum(({ withoutTtl }) => withoutTtl),
  };
}

function expectedSums(rows: KeyRow[]) {
  const sum = (of: (row: KeyRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    keys: rows.length,
    bytes: sum(({ bytes }) => bytes ?? 0),
    squares: sum(({ bytes }) => (bytes ?? 0) ** 2),
    nameBytes: sum(({ name }) => name.length),
    withoutTtl: sum(({ ttlMs }) => (ttlMs === -1 ? 1 : 0)),
  };
}

describe("whatever the names are", () => {
  it.each(Array.from({ length: 12 }, (_, seed) => [seed, [100, 400, 20_000][seed % 3] ?? 0]))(
    "every key is in exactly one group (seed %i, %i nodes)",
    (seed, maxNodes) => {
      const rows = anyRows(seed, 6000);
      const groups = addAll(new KeyGroups({ maxNodes }), rows);
      expect(sums(groups)).toEqual(expectedSums(rows));
      const patterns = [...groups.eachGroup()].map(({ pattern }) => pattern);
      expect(new Set(patterns).size).toBe(patterns.length);
      for (const { samples, statistics } of groups.eachGroup()) {
        expect(samples.length).toBeGreaterThan(0);
        expect(samples.length).toBeLessThanOrEqual(Math.min(8, statistics.keys));
      }
    },
  );

  it.each([0, 1, 2, 3])("looking at the groups in between changes nothing (seed %i)", (seed) => {
    const rows = anyRows(seed, 3000);
    const watched = addAll(new KeyGroups({ maxNodes: 300 }), rows.slice(0, 1500));
    expect(sums(watched).keys).toBe(1500);
    addAll(watched, rows.slice(1500));
    const other = addAll(addAll(new KeyGroups({ maxNodes: 300 }), rows.slice(0, 1500)), rows.slice(1500));
    const facts = (groups: KeyGroups) => groups.groups(Infinity, 1).groups.map((group) => ({ ...group, example: "" }));
    expect(facts(watched)).toEqual(facts(other));
  });

  it.each([0, 1, 2, 3, 4, 5])("saved as JSON in the middle and restored the groups are the same (seed %i)", (seed) => {
    const rows = anyRows(seed, 4000);
    const maxNodes = [300, 20_000][seed % 2] ?? 0;
    const whole = addAll(new KeyGroups({ maxNodes }), rows.slice(0, 2000));
    const restored = KeyGroups.restore(JSON.parse(JSON.stringify(whole.save())));
    const facts = (groups: KeyGroups) => groups.groups(Infinity, 1).groups.map((group) => ({ ...group, example: "" }));
    expect(facts(restored)).toEqual(facts(whole));
    addAll(whole, rows.slice(2000));
    addAll(restored, rows.slice(2000));
    expect(facts(restored)).toEqual(facts(whole));
    expect(sums(restored)).toEqual(expectedSums(rows));
  });

  it("a page may hold more of names than a text can", () => {
    const name = `long:${"n".repeat(6_000_000)}`;
    const groups = addAll(
      new KeyGroups(),
      Array.from({ length: 100 }, () => ({ name, bytes: 6_000_100 })),
    );
    expect(groups.groups(1, 1).groups[0]).toMatchObject({ pattern: "long:*", keys: { value: 100 } });
  });

  it("saved while it has no room for more than the frequent prefixes the tree goes on the same way", () => {
    const rows = anyRows(8, 4000);
    const whole = new NameTree(150);
    for (const { name } of rows.slice(0, 2000)) whole.add(page(name), 0, 10);
    const restored = NameTree.restore(JSON.parse(JSON.stringify(whole.save())) as SavedTree, seededRandom(1));
    whole.weigh();
    expect(restored.save()).toEqual(whole.save());
    for (const { name } of rows.slice(2000)) {
      whole.add(page(name), 0, 10);
      restored.add(page(name), 0, 10);
    }
    expect(restored.save()).toEqual(whole.save());
  });

  it.each(Array.from({ length: 6 }, (_, seed) => [seed]))("the tree stays within its limit (seed %i)", (seed) => {
    const tree = new NameTree(200);
    const rows = anyRows(seed, 5000);
    for (const { name } of rows) {
      tree.add(page(name), 0, 10);
      expect(tree.nodes).toBeLessThanOrEqual(200);
    }
    expect(new NameTree(200, tree.root).nodes).toBe(tree.nodes);
    expect(tree.root.keys).toBe(rows.length);
  });
});

function page(name: string): NameBytes {
  const names = new NameBytes();
  names.take([name]);
  return names;
}
