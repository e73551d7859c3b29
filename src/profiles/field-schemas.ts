import { isIPv6 } from "node:net";
import { isAbsolute, join, resolve } from "node:path";
import * as v from "valibot";
import { didYouMean } from "../model/nearest.js";
import { parseDurationMs } from "../model/duration.js";
import { isHostName, isPort, parseEndpoint } from "./parse-endpoint.js";

/** Where relative paths of a profile start, and what `~/` stands for. */
export interface PathBase {
  directory: string;
  home: string;
}

// Messages follow "`field.path` …". None may repeat the value, which may be a secret in the wrong place.

/** A mapping with these fields and no others; every unknown one is a problem of its own. */
export function closed<const T extends v.ObjectEntries>(entries: T) {
  return v.pipe(
    mapping(),
    // The one thing that can be wrong with the mapping itself by now is a field that is not there.
    v.looseObject(entries, "is missing"),
    v.rawCheck(({ dataset, addIssue }) => {
      const value: unknown = dataset.value;
      if (!isMapping(value)) return;
      for (const key of Object.keys(value)) {
        if (Object.hasOwn(entries, key)) continue;
        const message = `unknown field \`${key}\`${didYouMean(key, Object.keys(entries))}`;
        addIssue({ message, path: [{ type: "object", origin: "key", input: value, key, value: value[key] }] });
      }
    }),
  );
}

export function mapping() {
  return v.custom<Record<string, unknown>>(isMapping, "must be a mapping (name: value)");
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const text = v.pipe(v.string('must be text (put it in quotes: "…")'), v.nonEmpty("must not be empty"));

export const flag = v.boolean("must be true or false");

export const port = v.pipe(
  v.number("must be a whole number from 1 to 65535"),
  v.check(isPort, "must be a whole number from 1 to 65535"),
);

export const host = v.pipe(
  text,
  v.check(
    (value) => isHostName(value) || isIPv6(value),
    "must be a host name or an IP address; the port goes into `port`",
  ),
);

export const database = v.pipe(
  v.number("must be a whole number from 0 on"),
  v.check((value) => Number.isSafeInteger(value) && value >= 0, "must be a whole number from 0 on"),
);

export const labels = v.pipe(mapping(), v.record(v.string(), text));

export function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return v.picklist(names, ({ input }) => {
    const guess = typeof input === "string" ? didYouMean(input, names) : "";
    return `must be ${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}${guess}`;
  });
}

// Ten minutes: longer is a slip of the unit, and a run that hangs.
const longestMs = 600_000;

export const duration = v.pipe(
  v.string("must be a duration with its unit, such as 500ms, 2s or 1m"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDurationMs(dataset.value);
    if (ms !== null && ms > 0 && ms <= longestMs) return ms;
    const message =
      ms === null ? "must be a duration with its unit, such as 500ms, 2s or 1m" : "must be between 1ms and 10m";
    addIssue({ message });
    return NEVER;
  }),
);

export function endpoint(defaultPort: number | null) {
  return v.pipe(
    v.string("must be host:port as text"),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const parsed = parseEndpoint(dataset.value, defaultPort);
      if (parsed.ok) return { host: parsed.host, port: parsed.port };
      addIssue({ message: `must ${parsed.reason}` });
      return NEVER;
    }),
  );
}

export function endpoints(defaultPort: number) {
  return v.pipe(
    v.array(endpoint(defaultPort), "must be a list of host:port"),
    v.nonEmpty("must name at least one host"),
  );
}

export const calendarDate = v.pipe(
  v.string("must be a date such as 2027-01-31"),
  v.check((value) => {
    const date = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
    // Date rolls 31 February over into March, so the text has to survive the way back.
    return date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
  }, "must be a date that exists, such as 2027-01-31"),
);

export function path(base: PathBase) {
  return v.pipe(
    text,
    v.transform((value) => resolvePath(value, base)),
  );
}

export function resolvePath(value: string, { directory, home }: PathBase): string {
  if (value === "~" || value.startsWith("~/")) return join(home, value.slice(1));
  return isAbsolute(value) ? value : resolve(directory, value);
}
