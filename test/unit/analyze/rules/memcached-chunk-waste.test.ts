import { describe, expect, it } from "vitest";
import { memcachedChunkWaste } from "../../../../src/analyze/rules/memcached-chunk-waste.js";
import { missing } from "../../../../src/model/fact.js";
import { itemClassOf, judgeKeyspace } from "../../../support/judge-keyspace.js";

const chunks = (itemBytes: number, items = 1_000_000) => ({ itemClasses: itemClassOf({ items, itemBytes }) });

describe("memcached-chunk-waste", () => {
  it("reports more than a fifth of the chunks in use, and the class", () => {
    const [finding] = judgeKeyspace(memcachedChunkWaste, chunks(180_000_000)).findings;
    expect(finding).toMatchObject({ priority: "low", nodes: ["10.0.0.9:11211"] });
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "of these chunks", value: 25 }));
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ fact: "class 5 (240 B)", value: 60_000_000 }));
  });

  it("finds a fifth, under 10 MB, and items over several chunks, healthy", () => {
    expect(judgeKeyspace(memcachedChunkWaste, chunks(192_000_000)).outcome).toBe("healthy");
    expect(judgeKeyspace(memcachedChunkWaste, chunks(1_000_000, 20_000)).outcome).toBe("healthy");
    expect(judgeKeyspace(memcachedChunkWaste, chunks(900_000_000)).outcome).toBe("healthy");
  });

  it("cannot judge without chunk sizes or without a dump", () => {
    const sizeless = { itemClasses: itemClassOf({ chunkBytes: null }) };
    expect(judgeKeyspace(memcachedChunkWaste, sizeless).outcome).toBe("cannot-judge");
    const refused = { itemClasses: missing("not-permitted", "metadump is not allowed (-X)") };
    expect(judgeKeyspace(memcachedChunkWaste, refused)).toMatchObject({ outcome: "cannot-judge", findings: [] });
  });
});
