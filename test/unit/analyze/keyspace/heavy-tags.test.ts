import { describe, expect, it } from "vitest";
import { HeavyTags, type SavedHeavyTags } from "../../../../src/analyze/keyspace/heavy-tags.js";
import { crc16 } from "../../../../src/model/hash-slot.js";
import { seededRandom } from "../../../support/key-page.js";

/** Tags with their keys' bytes, as many tags as there are users and a few heavy ones among them. */
function stream(seed: number, keys: number): [tag: string, bytes: number][] {
  const random = seededRandom(seed);
  return Array.from({ length: keys }, () =>
    random() < 0.1
      ? [`tenant${Math.floor(random() * 5)}`, 500]
      : [`user${Math.floor(random() * 100_000)}`, 50 + Math.floor(random() * 100)],
  );
}

function add(tags: HeavyTags, tag: string, bytes: number | null): void {
  tags.add(`{${tag}}:key`, 1, 1 + tag.length, crc16(tag, 0, tag.length), bytes);
}

function tagsOf(keys: [tag: string, bytes: number | null][]): HeavyTags {
  const tags = new HeavyTags();
  for (const [tag, bytes] of keys) add(tags, tag, bytes);
  return tags;
}

it("is exact as long as there is room for every tag", () => {
  const keys = Array.from({ length: 12_000 }, (_, index): [string, number] => [
    `t${index % 4_000}`,
    1 + (index % 4_000),
  ]);
  expect(tagsOf(keys).heaviest(2, 1)).toEqual([
    {
      tag: "t3999",
      crc: crc16("t3999", 0, 5),
      weight: { value: 12_000, plusMinus: 0 },
      keys: { value: 3, plusMinus: 0 },
    },
    {
      tag: "t3998",
      crc: crc16("t3998", 0, 5),
      weight: { value: 11_997, plusMinus: 0 },
      keys: { value: 3, plusMinus: 0 },
    },
  ]);
});

it("puts the lesser of equally heavy tags first", () => {
  const tags = tagsOf([
    ["b", 5],
    ["a", 5],
    ["c", 6],
  ]);
  expect(tags.heaviest(3, 1).map(({ tag }) => tag)).toEqual(["c", "a", "b"]);
});

it("counts keys where bytes are not known", () => {
  const tags = tagsOf([
    ["a", null],
    ["a", null],
    ["b", null],
  ]);
  expect(tags.heaviest(1, 1)[0]).toMatchObject({ tag: "a", weight: { value: 2 }, keys: { value: 2 } });
});

it("does not list a tag too long to keep thousands of", () => {
  const tags = tagsOf([
    ["x".repeat(257), 1_000_000],
    ["y".repeat(256), 5],
  ]);
  expect(tags.heaviest(5, 1).map(({ tag }) => tag.length)).toEqual([256]);
});

describe("with many more tags than it has room for", () => {
  const keys = stream(51, 300_000);
  const truth = new Map<string, { weight: number; keys: number }>();
  for (const [tag, bytes] of keys) {
    const before = truth.get(tag) ?? { weight: 0, keys: 0 };
    truth.set(tag, { weight: before.weight + bytes, keys: before.keys + 1 });
  }
  const tags = tagsOf(keys);

  it("finds the heavy ones", () => {
    const found = tags.heaviest(5, 1).map(({ tag }) => tag);
    expect(found.sort()).toEqual(["tenant0", "tenant1", "tenant2", "tenant3", "tenant4"]);
  });

  it("is never too low, and too high by what it says at most", () => {
    const listed = tags.heaviest(Infinity, 1);
    expect(listed.length).toBeGreaterThan(5);
    for (const { tag, weight, keys } of listed) {
      const exact = truth.get(tag) ?? { weight: NaN, keys: NaN };
      expect(weight.value).toBeGreaterThanOrEqual(exact.weight);
      expect(weight.value - weight.plusMinus).toBeLessThanOrEqual(exact.weight);
      expect(keys.value).toBeGreaterThanOrEqual(exact.keys);
      expect(keys.value - keys.plusMinus).toBeLessThanOrEqual(exact.keys);
    }
  });

  it("keeps no more tags than it has room for", () => {
    expect(tags.save().tags.length).toBeLessThanOrEqual(4_096);
  });

  it("gives the same when it was saved and restored on the way", () => {
    let resumed = tagsOf(keys.slice(0, 150_000));
    resumed = HeavyTags.restore(JSON.parse(JSON.stringify(resumed.save())) as SavedHeavyTags);
    for (const [tag, bytes] of keys.slice(150_000)) add(resumed, tag, bytes);
    expect(resumed.heaviest(20, 1)).toEqual(tags.heaviest(20, 1));
  });
});

it("lists none of which most may be other tags' weight", () => {
  const random = seededRandom(52);
  const tags = tagsOf(
    Array.from({ length: 400_000 }, (): [string, number] => [`u${Math.floor(random() * 200_000)}`, 100]),
  );
  const doubtful = tags.save().tags.filter(({ weight, tooHigh }) => tooHigh > weight / 2);
  expect(doubtful.length).toBeGreaterThan(0);
  const listed = new Set(tags.heaviest(Infinity, 1).map(({ tag }) => tag));
  expect(doubtful.filter(({ tag }) => listed.has(tag))).toEqual([]);
});
