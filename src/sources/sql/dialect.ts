import { mysqlTime } from "./mysql-types.js";

/** Where the databases' SQL differs as far as a query is wrapped and given values. */
export interface Dialect {
  /** Of the n-th value, from 1 on. */
  placeholder(position: number): string;
  quoteName(name: string): string;
  /** Whether a backslash keeps the quote behind it from ending a text. */
  backslashEscapes: boolean;
  /** The text of a column's value in a row, in the words that the database compares it with. */
  comparable(text: string): string;
  /** Where NULLs stand when rows are ordered by a column. */
  nullsLast: boolean;
}

export const postgresDialect: Dialect = {
  placeholder: (position) => `$${position}`,
  quoteName: (name) => `"${name.replaceAll('"', '""')}"`,
  backslashEscapes: false,
  comparable: (text) => text,
  nullsLast: true,
};

export const mysqlDialect: Dialect = {
  placeholder: () => "?",
  quoteName: (name) => `\`${name.replaceAll("`", "``")}\``,
  backslashEscapes: true,
  comparable: mysqlTime,
  nullsLast: false,
};

export const sqliteDialect: Dialect = { ...postgresDialect, placeholder: () => "?", nullsLast: false };
