import { CachectlError } from "../../model/errors.js";
import type { Dialect } from "./dialect.js";

/** What a manifest may give a query; an `bigint` only comes from a resume point. */
export type SqlValue = string | number | boolean | bigint | null;

export interface BoundQuery {
  sql: string;
  values: SqlValue[];
}

/**
 * A query with `:name` in it as one with the driver's own placeholders. Quoted texts, quoted names, comments, PostgreSQL's
 * `$tag$…$tag$` and `::type` are left alone. A list of values belongs to placeholders that stand in the query already. Pure.
 *
 * @throws CachectlError usage where a name has no value, or a value no name
 */
export function bindParameters(
  sql: string,
  params: readonly SqlValue[] | Readonly<Record<string, SqlValue>>,
  dialect: Dialect,
): BoundQuery {
  if (isList(params)) return { sql, values: [...params] };
  const values: SqlValue[] = [];
  const used = new Set<string>();
  const bound = sql.replaceAll(pieces(dialect), (piece: string, ...rest: unknown[]) => {
    const { name } = rest.at(-1) as { name?: string };
    if (name === undefined) return piece;
    if (!Object.hasOwn(params, name))
      throw wrong(`the query has :${name}, and \`params\` gives no ${name}`, `Add ${name} to source.params.`);
    used.add(name);
    values.push(params[name] ?? null);
    return dialect.placeholder(values.length);
  });
  const unused = Object.keys(params).filter((name) => !used.has(name));
  if (unused.length > 0)
    throw wrong(`no :${unused.join(", :")} is in the query`, "Take it out of source.params, or use it in the query.");
  return { sql: bound, values };
}

/** A named parameter, or what must not be looked into for one. */
function pieces({ backslashEscapes }: Dialect): RegExp {
  const text = backslashEscapes
    ? String.raw`'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"`
    : String.raw`[eE]'(?:[^'\\]|\\[\s\S])*'|'[^']*'|"[^"]*"`;
  const rest = [
    "`[^`]*`",
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`\$(?<tag>[A-Za-z_]\w*|)\$[\s\S]*?\$\k<tag>\$`,
    "::",
    String.raw`(?<![\w:]):(?<name>[A-Za-z_]\w*)`,
  ];
  return new RegExp([text, ...rest].join("|"), "g");
}

function isList(params: readonly SqlValue[] | Readonly<Record<string, SqlValue>>): params is readonly SqlValue[] {
  return Array.isArray(params);
}

function wrong(message: string, hint: string): CachectlError {
  return new CachectlError("usage", "query-parameters", message, hint);
}
