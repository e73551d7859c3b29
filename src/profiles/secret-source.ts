import type { Secret } from "../model/secret.js";

/** Where a secret comes from. Only a literal holds the secret itself, and holds it wrapped. */
export type SecretSource =
  | { kind: "literal"; secret: Secret }
  | { kind: "env"; name: string }
  | { kind: "file"; path: string }
  | { kind: "command"; argv: readonly [string, ...string[]]; directory: string }
  | { kind: "prompt" };

/** Tells the source without the secret: "from $PROD_REDIS_PASSWORD". */
export function describeSecretSource(source: SecretSource): string {
  switch (source.kind) {
    case "literal":
      return "[secret] (written in the profile)";
    case "env":
      return `from $${source.name}`;
    case "file":
      return `from the file ${source.path}`;
    case "command":
      // Arguments may hold a secret (`sh -c "echo …"`), so only the program is named.
      return `from the command ${source.argv[0]}`;
    case "prompt":
      return "asked for at the terminal";
  }
}
