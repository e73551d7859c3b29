import * as v from "valibot";
import { parseDurationMs } from "../model/duration.js";

// Beside the fields of profiles/field-schemas.ts. Messages follow "`source.field` …"; none may repeat the value.

export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

// A warm-up runs from cron, in the night: an hour for one statement is long, but no slip of the unit.
const longestMs = 3_600_000;

/** `500ms`, `2s` or `1m` as milliseconds. Longer ones than a profile may have: a query is no PING. */
export const longDuration = v.pipe(
  v.string("must be a duration with its unit, such as 500ms, 2s or 1m"),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDurationMs(dataset.value);
    if (ms !== null && ms > 0 && ms <= longestMs) return ms;
    addIssue({ message: "must be a duration with its unit, from 1ms to 60m" });
    return NEVER;
  }),
);

/** A password in a URL would be in every error and report: it belongs into a header's secret. */
export const httpUrl = v.pipe(
  v.string("must be text"),
  v.check((value) => {
    if (!URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === "" && password === "";
  }, "must be an http:// or https:// URL without a user and password in it"),
);
