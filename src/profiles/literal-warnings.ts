import type { ProfileCatalog } from "./catalog.js";
import { readableByOthers } from "./find.js";
import type { NamedTarget, TargetSpec } from "./profile-spec.js";

/** A sentence for each file that holds a secret in plain text and may be read by others than its owner. */
export async function literalWarnings(targets: readonly NamedTarget[], catalog: ProfileCatalog): Promise<string[]> {
  const warnings: string[] = [];
  for (const { name, source, spec } of targets) {
    if (!holdsLiteral(spec) || !(await readableByOthers(source))) continue;
    const shown = catalog.file(name)?.shown ?? source;
    warnings.push(
      `${shown} holds a password and other users may read the file: chmod 600 it, or use { env: NAME }, { file: PATH } or { command: [...] }.`,
    );
  }
  return warnings;
}

function holdsLiteral({ login, sentinelLogin, tls }: TargetSpec): boolean {
  return [login?.password, sentinelLogin?.password, tls?.passphrase].some((source) => source?.kind === "literal");
}
