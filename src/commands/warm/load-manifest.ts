import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { CachectlError } from "../../model/errors.js";
import type { WarmManifest } from "../../model/warm-manifest.js";
import { parseManifest } from "../../sources/manifest/parse-manifest.js";
import type { Context } from "../context.js";

/** @throws CachectlError usage with every problem of the file, a line each */
export async function loadManifest(
  { cwd, home }: Pick<Context, "cwd" | "home">,
  file: string,
): Promise<{ manifest: WarmManifest; digest: string }> {
  const path = resolve(cwd, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CachectlError(
      "usage",
      "manifest-unreadable",
      `the manifest ${file} cannot be read: ${(error as Error).message}`,
      "Name a file; docs/warm.md shows one to begin with.",
      error,
    );
  });
  const parsed = parseManifest(text, { path, home });
  if (parsed.ok) return { manifest: parsed.manifest, digest: createHash("sha256").update(text).digest("hex") };
  const shown = path.startsWith(`${cwd}/`) ? relative(cwd, path) : path;
  const { problems } = parsed;
  const lines = problems.map(({ line, column, message }) => `  ${shown}:${line}:${column}: ${message}`);
  throw new CachectlError(
    "usage",
    "manifest-invalid",
    `${problems.length === 1 ? "1 problem" : `${problems.length} problems`} in ${shown}:\n${lines.join("\n")}`,
    "Mend the lines above; docs/warm.md lists every field.",
  );
}
