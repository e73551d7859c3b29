import { CachectlError } from "../../model/errors.js";
import type { NodeProblem } from "../../model/new-node.js";

/** Everything that is wrong at once, before anything was changed. @throws CachectlError usage when there is anything */
export function refuseNodes(code: string, problems: readonly NodeProblem[]): void {
  if (problems.length === 0) return;
  const order = [...new Set(problems.map(({ address }) => address))];
  const byNode = problems.toSorted((a, b) => order.indexOf(a.address) - order.indexOf(b.address));
  const lines = byNode.map(({ address, message, hint }) => {
    const sentence = `${message.replace(/\.$/, "")}. ${hint}`;
    return address === "" || message.includes(address) ? sentence : `${address}: ${sentence}`;
  });
  const counted = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new CachectlError(
    "usage",
    code,
    `${counted}, so nothing was changed:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    "Mend what is listed and run the same command again.",
  );
}
