import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allRules } from "../../../src/analyze/rules/index.js";
import { parseProfile } from "../../../src/profiles/parse-profile.js";
import { allFields } from "../../../src/profiles/profile-schema.js";
import { profileKinds } from "../../../src/profiles/profile-spec.js";
import { parseUrl } from "../../../src/profiles/parse-url.js";
import { selectTargets } from "../../../src/profiles/select-profiles.js";
import { profileTemplate } from "../../../src/profiles/templates.js";
import { depsIn, selection } from "./support.js";

const root = join(import.meta.dirname, "../../..");
const examples = (await readdir(join(root, "profiles"))).sort();
const page = await readFile(join(root, "docs/profiles.md"), "utf8");
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? "");

// The real rules: an example with a threshold that no rule has would be copied and fail.
const knownRules = new Map(allRules.map((rule) => [rule.id, Object.keys(rule.thresholds ?? {})]));

function parsed(text: string) {
  return parseProfile(text, { path: "/profiles/x.yaml", shown: "x.yaml", home: "/home/ops", knownRules });
}

describe("example profiles", () => {
  it("cover every kind", async () => {
    const texts = await Promise.all(examples.map((name) => readFile(join(root, "profiles", name), "utf8")));
    const kinds = texts.map((text) => {
      const result = parsed(text);
      return result.ok ? result.spec.kind : "invalid";
    });
    expect(new Set(kinds)).toEqual(new Set(profileKinds));
  });

  it.each(examples)("%s is valid", async (name) => {
    expect(parsed(await readFile(join(root, "profiles", name), "utf8"))).toMatchObject({ ok: true });
  });

  it("are found together, and the fleet holds its members once", async () => {
    const deps = { ...depsIn(root), knownRules };
    const { targets } = await selectTargets(selection({ profiles: ["fleet"] }), deps);
    expect(targets.map(({ name }) => name)).toEqual(["sentinel", "memcached", "cluster"]);
  });
});

describe("starter profiles", () => {
  it.each(profileKinds)("%s: valid as it stands, and with every setting uncommented", (kind) => {
    const text = profileTemplate(kind, "9-prod.x");
    expect(parsed(text)).toMatchObject({ ok: true, spec: { kind } });
    const uncommented = text.replaceAll(/^#(?=\S)/gm, "");
    expect(uncommented).not.toBe(text);
    expect(parsed(uncommented)).toMatchObject({ ok: true, spec: { kind } });
  });

  it("suggests a variable named after the profile", () => {
    expect(profileTemplate("standalone", "prod-sessions")).toContain("{ env: PROD_SESSIONS_PASSWORD }");
    expect(profileTemplate("standalone", "9-prod.x")).toContain("{ env: _9_PROD_X_PASSWORD }");
  });
});

describe("docs/profiles.md", () => {
  it.each(blocks.map((text, index) => [index + 1, text] as const))("yaml block %i is a valid profile", (_, text) => {
    expect(parsed(text)).toMatchObject({ ok: true });
  });

  it("shows the example files as they are", async () => {
    const shown = [...page.matchAll(/`profiles\/([\w-]+\.yaml)`:\n\n```yaml\n(.*?)```/gs)];
    expect(shown.map(([, name]) => name).sort()).toEqual(examples);
    for (const [, name = "", text] of shown) expect(text).toBe(await readFile(join(root, "profiles", name), "utf8"));
  });

  it.each(allFields)("tells of the field %s", (field) => {
    expect(page).toMatch(new RegExp(`^\\| \`${field}\``, "m"));
  });

  it("lists URLs that are all understood", () => {
    const table = page.slice(page.indexOf("## URLs"), page.indexOf("## Secrets"));
    const urls = [...table.matchAll(/^\| `([^`]+:\/\/[^`]+)`/gm)].map(([, url]) => url ?? "");
    expect(urls.length).toBeGreaterThan(8);
    for (const url of urls) expect(parseUrl(url), url).toMatchObject({ ok: true });
  });
});
