import { dirname } from "node:path";
import * as v from "valibot";
import { checkFields, kindOf, type Complaint, type KnownRules } from "./check-fields.js";
import { isMapping } from "./field-schemas.js";
import type { ProfileProblem } from "./profile-error.js";
import { profileFields } from "./profile-schema.js";
import type { ProfileSpec } from "./profile-spec.js";
import { specFromFields } from "./spec-from-fields.js";
import { readYaml } from "./yaml-document.js";

export interface ParseOptions {
  /** Absolute: relative paths in the profile start in its directory. */
  path: string;
  /** The file as problems name it. */
  shown: string;
  /** What `~/` stands for. */
  home: string;
  knownRules: KnownRules;
}

export type ParsedProfile = { ok: true; spec: ProfileSpec } | { ok: false; problems: ProfileProblem[] };

/**
 * Reads the text of a profile file. Pure, throws nothing; a profile with any problem is no profile, and all of its
 * problems are listed, in the order of the file. No problem repeats a value: it could be a secret.
 */
export function parseProfile(text: string, options: ParseOptions): ParsedProfile {
  const yaml = readYaml(text);
  const complaints: Complaint[] = [];
  let spec: ProfileSpec | null = null;
  if (yaml.value !== undefined) {
    const checked = checkShape(yaml.value, options);
    complaints.push(...checked.complaints);
    spec = checked.fields === null ? null : specFromFields(checked.fields, yaml.locate);
  }
  const located = complaints.map(({ path, at, message }) => ({ ...yaml.locate(path, at), message }));
  const problems = [...yaml.problems, ...located]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((problem) => ({ file: options.shown, ...problem }));
  return problems.length === 0 && spec !== null ? { ok: true, spec } : { ok: false, problems };
}

function checkShape(value: unknown, { path, home, knownRules }: ParseOptions) {
  if (!isMapping(value)) {
    const message =
      value === null
        ? "the profile is empty: it needs at least a `kind` or a `url`"
        : "a profile is a mapping (name: value)";
    return { complaints: [{ path: [], at: "value", message }] satisfies Complaint[], fields: null };
  }
  const shape = v.safeParse(profileFields({ directory: dirname(path), home }), value);
  // After a failure the output holds what could be read, which is what the remaining checks want.
  const output: unknown = shape.output;
  const complaints = [
    ...(shape.issues ?? []).map(complaintFrom),
    ...checkFields(isMapping(output) ? output : value, knownRules),
  ];
  const fields = shape.success && complaints.length === 0 ? shape.output : null;
  return { complaints, fields: fields === null ? null : { ...fields, kind: kindOf(fields) ?? "standalone" } };
}

function complaintFrom(issue: v.BaseIssue<unknown>): Complaint {
  const steps = issue.path ?? [];
  const path = steps.map((step) => (typeof step.key === "number" ? step.key : String(step.key)));
  const at = steps.at(-1)?.origin === "key" ? "key" : "value";
  if (issue.message.startsWith("unknown field")) return { path, at, message: issue.message };
  const reason = issue.input === null ? "has no value" : issue.message;
  return { path, at, message: `\`${pathText(path)}\` ${reason}` };
}

/** `ignore[0].reason`, as people write it. */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`))
    .join("");
}
