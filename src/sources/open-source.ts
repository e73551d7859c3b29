import type { SourceSpec } from "../model/warm-manifest.js";
import type { WarmSource } from "../model/warm-source.js";
import type { SourceDeps } from "./source-deps.js";
import { sourceKinds, type SourceKind } from "./source-kinds.js";

/** @throws CachectlError where the source cannot be opened: usage (no such file, a missing driver), unreached (no connection) */
export function openSource(spec: SourceSpec, deps: SourceDeps): Promise<WarmSource> {
  return kindOf(spec).open(spec, deps);
}

/** Where the rows come from, for reports. */
export function describeSource(spec: SourceSpec): string {
  return kindOf(spec).describe(spec);
}

function kindOf({ kind }: SourceSpec): SourceKind {
  const found = sourceKinds[kind];
  if (found === undefined) throw new TypeError(`no source of kind ${kind}: a manifest has been checked before`);
  return found;
}
