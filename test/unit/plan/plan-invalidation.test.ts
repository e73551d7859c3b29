import { describe, expect, it } from "vitest";
import {
  refuseInvalidation,
  scanPattern,
  tagCandidates,
  tagSetOf,
  type InvalidationRequest,
} from "../../../src/plan/plan-invalidation.js";

const byTag = { kind: "tags", tags: ["a", "b"], match: "any" } as const;

function refused(request: Partial<InvalidationRequest>, kind: "standalone" | "memcached" = "standalone") {
  const plain = {
    selector: byTag,
    action: { kind: "delete" },
    olderThanSeconds: null,
    scope: null,
    yes: false,
  } as const;
  return refuseInvalidation({ ...plain, ...request }, kind)?.code ?? null;
}

describe("what may be invalidated", () => {
  it("refuses what selects every key, unless it is wanted so", () => {
    for (const pattern of ["*", "**", ""])
      expect(refused({ selector: { kind: "pattern", pattern } })).toBe("everything-selected");
    expect(refused({ selector: { kind: "prefix", prefix: "" } })).toBe("everything-selected");
    expect(refused({ selector: { kind: "pattern", pattern: "*" }, yes: true })).toBeNull();
    expect(refused({ selector: { kind: "pattern", pattern: "a*" } })).toBeNull();
  });

  it("prunes tags only, and does nothing to a version but count it up", () => {
    expect(refused({ action: { kind: "prune" } })).toBeNull();
    expect(refused({ action: { kind: "prune" }, selector: { kind: "keys", keys: ["k"] } })).toBe("prune-without-tag");
    expect(refused({ selector: { kind: "version-key", keys: ["v"] }, scope: "a" })).toBe("version-key-alone");
  });

  it("does not promise of Memcached what it cannot do", () => {
    expect(refused({}, "memcached")).toBeNull();
    expect(refused({ scope: "a" }, "memcached")).toBe("scope-on-memcached");
    expect(refused({ action: { kind: "stale", seconds: 9 } }, "memcached")).toBe("tags-are-versions");
    expect(refused({ selector: { ...byTag, match: "all" } }, "memcached")).toBe("all-of-versions");
    expect(refused({ selector: { kind: "keys", keys: ["k"] }, olderThanSeconds: 9 }, "memcached")).toBe(
      "age-not-listed",
    );
    expect(refused({ selector: { kind: "prefix", prefix: "p" }, olderThanSeconds: 9 }, "memcached")).toBeNull();
  });
});

describe("the pattern of a prefix", () => {
  it("takes its wildcards for what they are", () => {
    expect(scanPattern({ kind: "prefix", prefix: String.raw`a*[b]?\c` })).toBe(String.raw`a\*\[b\]\?\\c*`);
  });

  it("is bytes, and not characters", () => {
    expect(scanPattern({ kind: "prefix", prefix: "ä" })).toBe("Ã¤*");
  });
});

describe("where a tag may be kept", () => {
  it("is each format's own place behind the prefix", () => {
    const names = tagCandidates("t", { scheme: null, prefix: "p:" }).map(({ scheme, name }) => [scheme, name]);
    expect(names).toEqual([
      ["set", "p:t"],
      ["zset", "p:t"],
      ["version", "p:t"],
      ["laravel", "p:tag:t:entries"],
      ["symfony", "p:\x01tags\x01t"],
      ["symfony", "p:\x00tags\x00t"],
    ]);
  });

  it("is behind `tag:` for plain sets when no prefix is given, and behind nothing for the others", () => {
    const names = tagCandidates("t", { scheme: null, prefix: null }).map(({ name }) => name);
    expect(names).toEqual(["tag:t", "tag:t", "tag:t", "tag:t:entries", "\x01tags\x01t", "\x00tags\x00t"]);
  });

  it("makes keys of Laravel's entries with the prefix, and knows nested tags of plain sets only", () => {
    const settings = { scheme: null, prefix: "p:" } as const;
    const [set, , , laravel] = tagCandidates("t", settings).map((place) =>
      place.scheme === "version" ? null : tagSetOf("t", place, settings),
    );
    expect(laravel).toMatchObject({ kind: "zset", memberPrefix: "p:", nestedPrefix: null });
    expect(set).toMatchObject({ kind: "set", memberPrefix: "", nestedPrefix: "p:" });
  });
});
