import { CachectlError } from "../../model/errors.js";
import { isRefusal, type PlanRefusal } from "../../model/slot-plan.js";

/** @throws CachectlError usage, with the refusal's own words: nothing was changed */
export function throwRefusal(answer: PlanRefusal | null): void {
  if (answer !== null) throw refusalError(answer);
}

/** What was asked for, where it was not refused. @throws CachectlError usage */
export function orThrow<T extends object>(answer: T | PlanRefusal): T {
  if (isRefusal(answer)) throw refusalError(answer);
  return answer;
}

function refusalError({ code, message, hint }: PlanRefusal): CachectlError {
  return new CachectlError("usage", code, withoutStop(message), hint);
}

/** What is printed behind `cachectl: ` is a clause. */
function withoutStop(message: string): string {
  return message.replace(/\.$/, "");
}
