import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { oneAtATime, serverChooser } from "../../../../src/apply/invalidate/memcached/choose-server.js";
import { bytesOfText } from "../../../../src/model/key-name.js";
import { ketamaVectors, oneAtATimeVectors, weights } from "./ketama-vectors.js";

const memjs = createRequire(import.meta.url)("memjs") as {
  Client: { create(servers: string): { getServer(key: string): number; close(): void } };
};

describe("choosing a Memcached server", () => {
  const weighted = weights.map((weight, i) => ({ host: `10.0.1.${i + 1}`, port: 11_211, weight }));

  it("keeps every key of libmemcached's test vectors where libmemcached does (ketama, weighted)", () => {
    const choose = serverChooser("ketama", weighted);
    const chosen = ketamaVectors.map(([key]) => [key, choose(key) + 1]);
    expect(chosen).toEqual(ketamaVectors);
    expect(ketamaVectors).toHaveLength(99);
  });

  it("goes round the ring: a hash behind the last point belongs to the first", () => {
    // Hashes to fffcd1b5 (libmemcached's test/tests/memcached/ketama.cpp), behind the last point of these servers.
    const first = serverChooser("ketama", weighted)("VDEAAAAA");
    expect(first).toBeGreaterThanOrEqual(0);
    // The same servers in another order own the same points.
    const turned = [...weighted].reverse();
    expect(turned[serverChooser("ketama", turned)("VDEAAAAA")]).toEqual(weighted[first]);
  });

  it("names a server's points with its port, unless it is 11211", () => {
    const at = (port: number) =>
      serverChooser(
        "ketama",
        ["a", "b", "c"].map((host) => ({ host, port, weight: 1 })),
      );
    const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
    expect(keys.map(at(11_211))).not.toEqual(keys.map(at(11_212)));
  });

  it("hashes one byte at a time as libhashkit does (modulo)", () => {
    expect(oneAtATimeVectors.map(([key]) => [key, oneAtATime(key)])).toEqual(oneAtATimeVectors);
    const choose = serverChooser("modulo", weighted.slice(0, 3));
    expect(choose("apple")).toBe(2_297_466_611 % 3);
  });

  it("chooses as memjs itself does, for any text", () => {
    const client = memjs.Client.create("a,b,c,d,e");
    const choose = serverChooser("memjs", weighted.slice(0, 5));
    const keys = [
      "",
      "a",
      "user:1",
      "größe",
      "豆瓣",
      "🙂:1",
      ...Array.from({ length: 2_000 }, (_, i) => `k:${i * 7919}`),
    ];
    expect(keys.map((key) => choose(bytesOfText(key)))).toEqual(keys.map((key) => client.getServer(key)));
    client.close();
  });

  it("has no choice with one server", () => {
    expect(serverChooser("ketama", weighted.slice(0, 1))("any")).toBe(0);
  });
});
