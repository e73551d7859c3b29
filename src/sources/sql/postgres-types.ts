import type { CustomTypesConfig } from "pg";
import { integer } from "./plain-row.js";

type Parse = (text: string) => unknown;

/**
 * What PostgreSQL's text means. Types that are not here stay the text that the server prints, which loses nothing: numeric,
 * uuid, intervals, ranges, enums. Times carry microseconds, which a `Date` would cut off. The session's time zone is UTC.
 *
 * Numbers are the object ids of pg_type.dat, which never change.
 */
export function postgresTypes(parseArray: (text: string, element: Parse) => unknown): CustomTypesConfig {
  const parsers = new Map<number, Parse>(scalars.map(([id, , parse]) => [id, parse]));
  for (const [, arrayId, parse] of [...scalars, ...textArrays]) parsers.set(arrayId, (text) => parseArray(text, parse));
  const getTypeParser = (id: number): Parse => parsers.get(id) ?? asText;
  return { getTypeParser: getTypeParser as CustomTypesConfig["getTypeParser"] };
}

const asText: Parse = (text) => text;
const json: Parse = (text) => JSON.parse(text) as unknown;

/** Type, array of it, and what its text means. */
const scalars: readonly [id: number, arrayId: number, parse: Parse][] = [
  [16, 1000, (text) => text === "t"],
  [17, 1001, bytes],
  [20, 1016, integer],
  [21, 1005, Number],
  [23, 1007, Number],
  [26, 1028, Number],
  [114, 199, json],
  [700, 1021, Number],
  [701, 1022, Number],
  [1114, 1115, (text) => text.replace(" ", "T")],
  [1184, 1185, instant],
  [3802, 3807, json],
];

/** text, varchar, bpchar, name, numeric, uuid, date, time. */
const textArrays: readonly [id: null, arrayId: number, parse: Parse][] = [
  1009, 1015, 1014, 1003, 1231, 2951, 1182, 1183,
].map((arrayId) => [null, arrayId, asText]);

/** `2026-01-02 03:04:05.123456+00` as ISO 8601; `infinity` stays. */
function instant(text: string): string {
  return text.replace(" ", "T").replace(/\+00$/, "Z");
}

/** `\x00ff`: the `hex` form, which the session asks for. */
function bytes(text: string): Buffer {
  return Buffer.from(text.slice(2), "hex");
}
