import type { NamedTarget } from "./profile-spec.js";
import { urlKey } from "./url-target.js";

/** Files are told apart by name already; a URL that was given twice counts once, a namesake gets a number. */
export function uniquelyNamed(targets: readonly NamedTarget[]): NamedTarget[] {
  const seen = new Set<string>();
  const names = new Set<string>();
  const unique: NamedTarget[] = [];
  for (const target of targets) {
    const key = target.source === "url" ? urlKey(target) : target.name;
    if (seen.has(key)) continue;
    seen.add(key);
    let { name } = target;
    for (let count = 2; names.has(name); count++) name = `${target.name} (${count})`;
    names.add(name);
    unique.push({ ...target, name });
  }
  return unique;
}
