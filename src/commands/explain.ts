import { allRules } from "../analyze/rules/index.js";
import { CachectlError } from "../model/errors.js";
import { didYouMean } from "../model/nearest.js";
import type { Report } from "../model/report.js";
import { explainServerError, serverErrors } from "../model/server-errors.js";
import { explanationSection } from "../report/explanation.js";
import { verbReport } from "../report/verb-report.js";
import { beginRun } from "./begin-run.js";
import type { Context } from "./context.js";

/** `cachectl explain`: what an error or a rule means. Talks to no server. @throws CachectlError when neither is known */
export function explain(context: Context, subject: string): Report {
  const frame = beginRun(context);
  const rule = allRules.find(({ id }) => id === subject.toLowerCase());
  const found = rule ?? explainServerError(subject);
  if (found === null) throw unknownSubject(subject);
  const name = "code" in found ? found.code : found.id;
  return verbReport({
    operation: "explain",
    ...frame(),
    status: "success",
    summary: "code" in found ? `${name} is an error` : `${name} is a rule`,
    sections: [explanationSection(found)],
  });
}

function unknownSubject(subject: string): CachectlError {
  const names = [...allRules.map(({ id }) => id), ...serverErrors.map(({ code }) => code)];
  const word = subject.split(/\s/, 1)[0] ?? subject;
  const suggestion = didYouMean(word, names) || didYouMean(word.toUpperCase(), names);
  return new CachectlError(
    "usage",
    "unknown-subject",
    `there is no rule and no known error \`${subject}\`${suggestion}`,
    `Errors: ${serverErrors.map(({ code }) => code).join(", ")}. Rules: docs/rules.md, or the rule ids in a report.`,
  );
}
