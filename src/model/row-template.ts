import type { SourceRow } from "./warm-source.js";
import { fieldReader, parsePath } from "./field-path.js";

/** A text with fields of a row in it: `user:{id}`, `{address.city}`; `{{` and `}}` stand for the braces themselves. */
export interface Template {
  /** Null where a field is missing, or is no text or number; then {@link Template.whyNot} says which. */
  render(row: SourceRow): string | null;
  whyNot(row: SourceRow): string;
}

export type ParsedTemplate = { ok: true; template: Template } | { ok: false; reason: string };

interface Hole {
  path: string;
  read: (row: SourceRow) => unknown;
}

/** Pure. What is wrong with a template is a clause: `has a { without a }`. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: (string | Hole)[] = [""];
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    const doubled = text.charAt(at + 1) === character;
    if ((character === "{" || character === "}") && doubled) {
      addText(parts, character);
      at += 2;
    } else if (character === "{") {
      const end = text.indexOf("}", at);
      if (end === -1) return { ok: false, reason: "has a { without a } (write {{ for the character itself)" };
      const path = text.slice(at + 1, end).trim();
      const steps = parsePath(path);
      if (steps === null) return { ok: false, reason: "has {} with no field's name in it" };
      parts.push({ path, read: fieldReader(steps) });
      at = end + 1;
    } else if (character === "}") {
      return { ok: false, reason: "has a } without a { (write }} for the character itself)" };
    } else {
      addText(parts, character);
      at += 1;
    }
  }
  return { ok: true, template: compile(parts) };
}

/** @throws TypeError for a template that `parseTemplate` refuses */
export function templateOf(text: string): Template {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new TypeError(`the template ${text} ${parsed.reason}`);
  return parsed.template;
}

function addText(parts: (string | Hole)[], text: string): void {
  const last = parts.at(-1);
  if (typeof last === "string") parts[parts.length - 1] = last + text;
  else parts.push(text);
}

function compile(parts: readonly (string | Hole)[]): Template {
  const holes = parts.filter((part) => typeof part !== "string");
  const whyNot = (row: SourceRow) => {
    const hole = holes.find(({ read }) => scalarText(read(row)) === null);
    return hole === undefined ? "nothing is missing" : `field ${hole.path} ${lackOf(hole.read(row))}`;
  };
  const [before, hole, after] = parts;
  // What nearly every key looks like, and millions of them are made.
  if (typeof before === "string" && typeof hole === "object" && parts.length <= 3 && typeof after !== "object") {
    const { read } = hole;
    const tail = after ?? "";
    return {
      whyNot,
      render: (row) => {
        const text = scalarText(read(row));
        return text === null ? null : before + text + tail;
      },
    };
  }
  return { whyNot, render: (row) => renderAll(parts, row) };
}

function renderAll(parts: readonly (string | Hole)[], row: SourceRow): string | null {
  let rendered = "";
  for (const part of parts) {
    const text = typeof part === "string" ? part : scalarText(part.read(row));
    if (text === null) return null;
    rendered += text;
  }
  return rendered;
}

/** A field as text; null where it is missing, null, or has parts. */
export function scalarText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  return null;
}

/** Why {@link scalarText} gave null. */
export function lackOf(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  return value instanceof Uint8Array ? "holds bytes" : "is a mapping or a list";
}
