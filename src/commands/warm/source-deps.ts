import { readFile } from "node:fs/promises";
import { writeWhole } from "../../collect/write-whole.js";
import { CachectlError } from "../../model/errors.js";
import type { ProfileSelection } from "../../profiles/select-profiles.js";
import { SecretResolver } from "../../profiles/resolve-secrets.js";
import type { SourceDeps } from "../../sources/source-deps.js";
import type { Context } from "../context.js";

/** What a source may use of this run. Its connections outlive the first signal, as those of the target do. */
export function sourceDeps(context: Context, manifest: string, selection: ProfileSelection): SourceDeps {
  const { change, env, stdin, profileDeps } = context;
  const secrets = new SecretResolver({ ...profileDeps, readFile: (path) => readFile(path, "utf8") });
  return {
    ...{ env, stdin, clock: change.clock, random: context.random },
    resolveSecret: (source, field) => secrets.resolve(source, { profile: manifest, field }),
    openFleet: async (name) => {
      const profiles = await context.loadProfiles({ ...selection, profiles: [name], labels: {}, targets: [] });
      const [profile, ...others] = profiles;
      if (profile !== undefined && others.length === 0) return change.openFleet(profile);
      throw new CachectlError(
        "usage",
        "one-source",
        `source.from names ${profiles.length} caches: ${name}`,
        "Name one profile or URL to copy from.",
      );
    },
    writeFile: (path, text) => writeWhole(path, text),
  };
}
