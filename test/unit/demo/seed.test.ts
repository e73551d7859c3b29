import { describe, expect, it } from "vitest";
import { catalogItems, visitorItems } from "../../../src/demo/seed.js";

describe("the demo's data", () => {
  it.each([
    ["visitors", visitorItems()],
    ["catalog", catalogItems()],
  ])("of the %s names each key once and in each of its commands", (_, items) => {
    expect(items.length).toBeGreaterThan(4_000);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
    for (const { key, commands } of items) for (const command of commands) expect(command[1]).toBe(key);
  });

  it("gives hardly any key of the catalog a TTL, and is the same every time", () => {
    const expiring = catalogItems().filter(({ commands }) => commands.flat().includes("EX"));
    expect(expiring.length / catalogItems().length).toBeLessThan(0.05);
    expect(catalogItems()).toEqual(catalogItems());
  });
});
