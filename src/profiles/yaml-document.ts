import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from "yaml";

export interface Position {
  line: number;
  column: number;
}

export interface YamlProblem extends Position {
  message: string;
}

/** Where something of the file stands; the nearest thing around it when it is missing. */
export type Locate = (path: readonly (string | number)[], at: "key" | "value") => Position;

/** A YAML file as plain values, and where each stands. `value` is undefined when the text cannot be understood at all. */
export interface YamlText {
  problems: YamlProblem[];
  value: unknown;
  locate: Locate;
}

/** Reads YAML 1.2. Lists every problem that the yaml library finds; none quotes the text, which may be a secret. Pure. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const reported = [...document.errors, ...document.warnings];
  const problems = reported.map(({ message, pos }) => ({ ...position(pos[0]), message: plainMessage(message) }));
  for (const { offset, message } of unusableNodes(document)) problems.push({ ...position(offset), message });
  const onlyRepeated = document.errors.every(({ code }) => code === "DUPLICATE_KEY");
  // After a syntax error the rest of the tree is a guess, and problems found in it would mislead.
  const readable = onlyRepeated && problems.length === document.errors.length;
  const value = readable ? plainValue(document) : undefined;
  if (readable && value === undefined)
    problems.push({ ...position(0), message: "the aliases (*name) of this file expand to far too much" });
  return {
    problems,
    value,
    locate: (path, at) => position(offsetOf(document, path, at)),
  };
}

/** undefined: the yaml library stopped an expansion of aliases that would fill the memory. */
function plainValue(document: Document.Parsed): unknown {
  try {
    return document.toJS() as unknown;
  } catch {
    return undefined;
  }
}

/** What follows a colon, backslash or percent sign in the library's message is quoted from the file. */
function plainMessage(message: string): string {
  if (message === "Map keys must be unique") return "this field is given twice";
  const plain = message.replace(/(: | \\| %\S| please use ).*$/s, "").replace(/;$/, "");
  return `broken YAML: ${plain} (a value with special characters needs quotes)`;
}

/** Aliases and keys that a profile has no use for, and that could not be shown without quoting the file. */
function unusableNodes(document: Document.Parsed): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined)
        found.push({
          offset: startOf(alias),
          message: "* starts a YAML alias; a value that begins with * needs quotes",
        });
    },
    Pair(_, { key }) {
      if (!isScalar(key)) found.push({ offset: startOf(key), message: "a field's name must be plain text" });
    },
  });
  return found;
}

function offsetOf(document: Document.Parsed, path: readonly (string | number)[], at: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node)) node = node.items[Number(step)];
    else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      const wanted = index === path.length - 1 && at === "key" ? pair.key : (pair.value ?? pair.key);
      node = isNodeWithText(wanted) ? wanted : pair.key;
    } else return offset;
    offset = startOf(node);
  }
  return offset;
}

/** `name:` without a value has an empty node behind it, at a place nobody would look. */
function isNodeWithText(node: unknown): boolean {
  return !(isScalar(node) && node.source === "");
}

function startOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
