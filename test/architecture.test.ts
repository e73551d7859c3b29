import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** design: cli → commands → the rooms → protocol → model. Rooms in the middle never import each other. */
const mayImport: Record<string, readonly string[]> = {
  model: [],
  protocol: ["model"],
  profiles: ["model"],
  connect: ["model", "protocol"],
  collect: ["model", "protocol"],
  analyze: ["model"],
  plan: ["model"],
  apply: ["model", "protocol"],
  report: ["model"],
  // A manifest is read like a profile, and by the same schemas.
  sources: ["model", "protocol", "profiles"],
  demo: ["model", "protocol"],
  commands: ["model", "profiles", "connect", "collect", "analyze", "plan", "apply", "report", "demo", "sources"],
  cli: ["model", "profiles", "connect", "analyze", "report", "commands"],
};

/** Package → the only rooms that may import it. */
const ownedPackages: Record<string, readonly string[]> = {
  ioredis: ["connect"],
  memjs: ["connect"],
  "cli-table3": ["report"],
  chalk: ["report"],
  commander: ["cli"],
  ora: ["cli"],
  yaml: ["profiles"],
  valibot: ["profiles", "sources"],
  pg: ["sources"],
  "pg-cursor": ["sources"],
  mysql2: ["sources"],
  "better-sqlite3": ["sources"],
  "@msgpack/msgpack": ["apply"],
};

/** Pure rooms: the same input gives the same output, so they may reach for no file, network, process or clock. */
const pureRooms = ["model", "protocol", "analyze", "plan", "report"];
const pureBuiltins = ["node:util"];

const root = resolve(import.meta.dirname, "../src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => ({ name, room: name.split("/")[0] ?? "", text: readFileSync(join(root, name), "utf8") }));

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function roomOf(name: string, imported: string): string {
  return relative(root, resolve(root, dirname(name), imported)).split("/")[0] ?? "";
}

describe("architecture", () => {
  it("finds the source files", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(new Set(files.map(({ room }) => room))).toEqual(
      new Set(Object.keys(mayImport).filter((room) => files.some((file) => file.room === room))),
    );
  });

  it("lets arrows between rooms point one way", () => {
    const wrong = files.flatMap(({ name, room, text }) =>
      importsOf(text)
        .filter((imported) => imported.startsWith("."))
        .map((imported) => ({ name, to: roomOf(name, imported) }))
        .filter(({ to }) => to !== room && mayImport[room]?.includes(to) !== true),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps each library in the room that owns it", () => {
    const wrong = files.flatMap(({ name, room, text }) =>
      importsOf(text)
        .filter((imported) => !(ownedPackages[imported] ?? [room]).includes(room))
        .map((imported) => ({ name, imported })),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps files, network, clock and chance out of the pure rooms", () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bsetTimeout\(/;
    const wrong = files
      .filter(({ room }) => pureRooms.includes(room))
      .filter(
        ({ text }) =>
          impure.test(text) ||
          importsOf(text).some((imported) => imported.startsWith("node:") && !pureBuiltins.includes(imported)),
      )
      .map(({ name }) => name);
    expect(wrong).toEqual([]);
  });

  it("names every rule file after the rule in it", () => {
    const rules = files.filter(({ name }) => /^analyze\/rules\/(?!index\.ts)/.test(name));
    const wrong = rules.filter(({ name, text }) => !text.includes(`  id: "${name.slice(14, -3)}",`));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it("has a test for every rule that sees it fire, sees it healthy and sees it unable to judge", () => {
    const tests = resolve(root, "../test/unit/analyze/rules");
    const rules = files
      .filter(({ name }) => /^analyze\/rules\/(?!index\.ts)/.test(name))
      .map(({ name }) => name.slice(14, -3));
    const wrong = rules.filter((rule) => {
      const text = readFileSync(join(tests, `${rule}.test.ts`), "utf8");
      return !["priority", "healthy", "cannot-judge"].every((word) => text.includes(word));
    });
    expect(wrong).toEqual([]);
  });
});
