import type { SourceRow } from "./warm-source.js";

/** `a.b` leads into nested rows; `a\.b` is a field whose name has a dot. Null for an empty path. */
export function parsePath(path: string): string[] | null {
  const steps = path.split(/(?<!\\)\./).map((step) => step.replaceAll("\\.", "."));
  return steps.some((step) => step === "") ? null : steps;
}

/** Gives undefined where the row has nothing there. */
export function fieldReader(steps: readonly string[]): (row: SourceRow) => unknown {
  const [first = "", ...rest] = steps;
  if (rest.length === 0) return (row) => row[first];
  return (row) => {
    let value = row[first];
    for (const step of rest) {
      if (typeof value !== "object" || value === null) return undefined;
      value = (value as SourceRow)[step];
    }
    return value;
  };
}
