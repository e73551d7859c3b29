import { parsePath } from "../../model/field-path.js";
import { parseTemplate } from "../../model/row-template.js";
import type { MappingFields } from "./mapping-schema.js";

interface MappingComplaint {
  path: (keyof MappingFields)[];
  at: "key" | "value";
  message: string;
}

/** What is wrong with fields of `map` that are well formed each by itself. */
export function checkMapping(map: MappingFields): MappingComplaint[] {
  const type = map.type ?? "json";
  const found: MappingComplaint[] = [];
  const complain = (name: keyof MappingFields, message: string) =>
    found.push({ path: [name], at: "value", message: `\`map.${name}\` ${message}` });
  if (map.value !== undefined) {
    if (type === "string") {
      const parsed = parseTemplate(map.value);
      if (!parsed.ok) complain("value", parsed.reason);
    } else if (/[{}]/.test(map.value) || parsePath(map.value) === null)
      complain("value", `must be a field's name for type ${type}; only type string takes a template`);
  } else if (type === "string" || type === "set" || type === "list" || type === "zset")
    found.push({ path: ["type"], at: "value", message: `\`map.value\` is missing: type ${type} needs it` });
  if (map.fields !== undefined && type !== "json" && type !== "hash")
    complain("fields", `has no meaning for type ${type}`);
  if (map.fields !== undefined && map.value !== undefined) complain("fields", "cannot stand beside `map.value`");
  const whole = type === "string" || type === "json";
  if (map.compress !== undefined && !whole) complain("compress", `works on type string and json, not ${type}`);
  if (map.encode === "msgpack" && type !== "json") complain("encode", `msgpack works on type json, not ${type}`);
  if (map.ttlJitter !== undefined && map.ttl === undefined) complain("ttlJitter", "needs `map.ttl`");
  return found;
}
