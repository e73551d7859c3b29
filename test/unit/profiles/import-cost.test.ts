import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const profiles = join(import.meta.dirname, "../../../src/profiles");

/** Every module that importing `file` loads at once: `import type` and `import()` do not. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.endsWith(".ts")) return seen;
  const text = await readFile(file, "utf8");
  for (const [, name = ""] of text.matchAll(/^import (?!type\b)[^;]*?from "([^"]+)";/gm))
    await loadedBy(name.startsWith(".") ? join(dirname(file), name.replace(/\.js$/, ".ts")) : name, seen);
  return seen;
}

describe("import cost", () => {
  it.each(["select-profiles.ts", "describe-profile.ts", "templates.ts", "find.ts"])(
    "%s loads neither the yaml nor the schema library: a run on URLs needs none of them",
    async (name) => {
      const loaded = await loadedBy(join(profiles, name));
      expect([...loaded]).not.toContain("yaml");
      expect([...loaded]).not.toContain("valibot");
    },
  );

  it("sees them where they are used", async () => {
    const loaded = await loadedBy(join(profiles, "parse-profile.ts"));
    expect([...loaded]).toEqual(expect.arrayContaining(["yaml", "valibot"]));
  });
});
