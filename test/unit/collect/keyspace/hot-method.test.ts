import { describe, expect, it } from "vitest";
import { chooseHotMethod } from "../../../../src/collect/keyspace/hot-method.js";
import { known, missing } from "../../../../src/model/fact.js";
import type { MemoryFacts, Product, Reachability, ServerFacts } from "../../../../src/model/facts.js";
import type { NodeFamily } from "../../../../src/model/node.js";
import type { NodeFacts, ObservedNode } from "../../../../src/model/observation.js";

interface Described {
  product?: Product;
  version?: string;
  policy?: string;
  config?: Record<string, string>;
  family?: NodeFamily;
  reachable?: boolean;
  facts?: NodeFacts;
}

function node({ product = "redis", version = "8.0.2", policy = "noeviction", ...rest }: Described = {}): ObservedNode {
  const { family = "redis", reachable = true, config = {}, facts = {} } = rest;
  return {
    node: { address: "10.0.0.1:6379", family, role: "primary", cliArguments: [] },
    facts: {
      reachability: known({ reachable } as Reachability),
      server: known({ product, version } as ServerFacts),
      memory: known({ maxmemoryPolicy: policy } as MemoryFacts),
      config: known(config),
      ...facts,
    },
  };
}

const withHotkeys = node({ version: "8.6.0" });
const lfu = node({ policy: "allkeys-lfu" });

describe("chooseHotMethod", () => {
  it("prefers HOTKEYS where every node has it, whatever the policy", () => {
    expect(chooseHotMethod([withHotkeys, node({ version: "8.10.1", policy: "volatile-lfu" })], "auto")).toBe("hotkeys");
  });

  it("asks the counters where all nodes have an LFU policy and not all have HOTKEYS", () => {
    expect(chooseHotMethod([lfu, node({ policy: "volatile-lfu" })], "auto")).toBe("frequency");
    expect(chooseHotMethod([lfu, node({ version: "8.6.0", policy: "allkeys-lfu" })], "auto")).toBe("frequency");
  });

  it("uses HOTKEYS on some nodes rather than nothing", () => {
    expect(chooseHotMethod([node(), withHotkeys], "auto")).toBe("hotkeys");
  });

  it("says what would make it possible where there is neither, and never chooses MONITOR by itself", () => {
    expect(chooseHotMethod([node()], "auto")).toEqual(
      missing(
        "not-supported",
        "Redis 8.0.2 has no HOTKEYS (8.6+), and accesses are counted only under an LFU policy (10.0.0.1:6379: noeviction); " +
          "--hot monitor --for 5s finds them at the cost of a MONITOR",
      ),
    );
  });

  it("takes MONITOR when it is asked for by name", () => {
    expect(chooseHotMethod([withHotkeys], "monitor")).toBe("monitor");
  });

  it("says why a method that was asked for by name is not there", () => {
    expect(chooseHotMethod([lfu], "hotkeys")).toEqual(missing("not-supported", "Redis 8.0.2 has no HOTKEYS (8.6+)"));
    expect(chooseHotMethod([withHotkeys, lfu], "frequency")).toMatchObject({ ok: false, cause: "not-supported" });
  });

  it("needs Valkey 9.2 with its counting switched on", () => {
    const valkey = (version: string, topK: string) =>
      chooseHotMethod([node({ product: "valkey", version, config: { "hotkey-top-k": topK } })], "hotkeys");
    expect(valkey("9.2.0", "16")).toBe("hotkeys");
    expect(valkey("9.2.0", "0")).toMatchObject({
      cause: "not-supported",
      reason: expect.stringContaining("hotkey-top-k"),
    });
    expect(valkey("9.1.2", "16")).toMatchObject({ cause: "not-supported" });
  });

  it("finds the policy in the configuration where INFO has none", () => {
    const facts = { memory: missing("not-permitted", "this login may not: INFO") };
    const config = { "maxmemory-policy": "allkeys-lfu" };
    expect(chooseHotMethod([node({ config, facts })], "auto")).toBe("frequency");
  });

  it("does not take a policy that is not known for one without counters", () => {
    const facts = { memory: missing("not-permitted", "this login may not: INFO") };
    expect(chooseHotMethod([node({ facts })], "frequency")).toMatchObject({ ok: false, cause: "not-permitted" });
  });

  it("lets a node that does not answer have no say", () => {
    expect(chooseHotMethod([lfu, node({ reachable: false, facts: {} })], "auto")).toBe("frequency");
    expect(chooseHotMethod([node({ reachable: false })], "auto")).toMatchObject({ ok: false, cause: "unreachable" });
  });

  it("has nothing for Memcached", () => {
    expect(chooseHotMethod([node({ family: "memcached" })], "monitor")).toMatchObject({ cause: "not-supported" });
  });
});
