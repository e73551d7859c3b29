import type { FieldPacket } from "mysql2";
import type { SourceRow } from "../../model/warm-source.js";
import { integer } from "./plain-row.js";

type Convert = (value: unknown) => unknown;

/** The column types of the protocol that need more than the driver does: https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const converters: Readonly<Record<number, Convert>> = {
  7: (value) => instant(value, "Z"),
  8: (value) => (typeof value === "string" ? integer(value) : value),
  12: (value) => instant(value, ""),
};

/**
 * Brings the rows of one result to what docs/warm-sources.md promises: BIGINT exact, DATETIME and TIMESTAMP as ISO 8601, with
 * every digit that the server sent. The session's time zone is UTC.
 */
export function mysqlRows(columns: readonly FieldPacket[]): (row: SourceRow) => SourceRow {
  const converted = columns.flatMap(({ name, columnType = -1 }) => {
    const convert = converters[columnType];
    return convert === undefined ? [] : [{ name, convert }];
  });
  return (row) => {
    for (const { name, convert } of converted) row[name] = convert(row[name]);
    return row;
  };
}

/** What {@link mysqlRows} made of a time, in the words that every server of this family compares with one. */
export function mysqlTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)Z?$/.exec(text);
  return match === null ? text : `${match[1] ?? ""} ${match[2] ?? ""}`;
}

function instant(value: unknown, zone: string): unknown {
  return typeof value === "string" ? `${value.replace(" ", "T")}${zone}` : value;
}
