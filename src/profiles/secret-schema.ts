import * as v from "valibot";
import { didYouMean } from "../model/nearest.js";
import { Secret } from "../model/secret.js";
import { isMapping, resolvePath, type PathBase } from "./field-schemas.js";
import type { SecretSource } from "./secret-source.js";

const secretForms = "{ env: NAME }, { file: PATH }, { command: [program, argument] }, { prompt: true } or quoted text";

/** A literal, or one of the four sources. */
export function secret(base: PathBase) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, SecretSource>(({ dataset, addIssue, NEVER }) => {
      const source = readSecretSource(dataset.value, base);
      if (typeof source !== "string") return source;
      addIssue({ message: source });
      return NEVER;
    }),
  );
}

/** The source, or what is wrong with it. Not even a field's name is repeated: `{hunter2}` is a mapping to YAML. */
function readSecretSource(value: unknown, base: PathBase): SecretSource | string {
  if (typeof value === "string") {
    return value === "" ? "must not be empty" : { kind: "literal", secret: new Secret(value) };
  }
  if (!isMapping(value)) return `must be ${secretForms}`;
  const [name = "", ...more] = Object.keys(value);
  if (more.length > 0) return `must have exactly one source: ${secretForms}`;
  const given = value[name];
  if (name === "env") {
    const valid = typeof given === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(given);
    return valid ? { kind: "env", name: given } : "must name an environment variable: { env: NAME }, without a $";
  }
  if (name === "file") {
    const valid = typeof given === "string" && given !== "";
    return valid ? { kind: "file", path: resolvePath(given, base) } : "must name a file: { file: PATH }";
  }
  if (name === "prompt") return given === true ? { kind: "prompt" } : "must be { prompt: true }";
  if (name !== "command") return `must be ${secretForms}${didYouMean(name, ["env", "file", "command", "prompt"])}`;
  return isArgv(given)
    ? { kind: "command", argv: given, directory: base.directory }
    : "must list the program and its arguments as text: { command: [pass, show, NAME] }";
}

function isArgv(value: unknown): value is [string, ...string[]] {
  return (
    Array.isArray(value) && value.every((word) => typeof word === "string") && value[0] !== undefined && value[0] !== ""
  );
}
