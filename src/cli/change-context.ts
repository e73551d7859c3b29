import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChangeContext, Progress } from "../commands/context.js";
import { openFleet } from "../connect/open-fleet.js";
import { confirmAtTerminal } from "./confirm.js";
import { renderPlan, type PlanFlags } from "./output.js";
import type { Terminal } from "./terminal.js";
import { stopBeforeChange } from "../commands/stop-before-change.js";

/**
 * What a verb that writes works with. A change that is cut off between two commands is worse than one that takes a moment
 * longer: so its connections and pauses do not end with the first signal, and the verb looks at `stopRequested` between steps.
 */
export function createChangeContext(
  terminal: Terminal,
  signal: AbortSignal,
  progress: Progress,
  flags: PlanFlags,
): ChangeContext {
  // Nothing aborts it: the second signal ends the process, and with it every connection.
  const untilTheEnd = new AbortController().signal;
  setMaxListeners(0, untilTheEnd);
  const canAsk = process.stdin.isTTY && terminal.interactiveErrors;
  // What was asked first has been done by the time of a second question.
  let begun = false;
  const stopUnlessBegun = () => {
    if (!begun) stopBeforeChange({ stopRequested: signal });
    signal.throwIfAborted();
  };
  return {
    stopRequested: signal,
    clock: {
      now: () => Date.now(),
      monotonicMs: () => performance.now(),
      sleep: (ms) => sleep(ms),
    },
    openFleet: (profile) => openFleet(profile, untilTheEnd),
    holder: `${hostname()} (process ${process.pid})`,
    async confirm(question, yes, plan) {
      // A signal that came before the first step has nothing to finish.
      stopUnlessBegun();
      if (yes) {
        begun = true;
        return;
      }
      // The spinner would write over the question.
      progress.stop();
      // Where nobody can be asked, too: what was refused should be seen.
      if (plan !== undefined) await terminal.warn(await renderPlan(plan, flags, terminal));
      const streams = canAsk ? { input: process.stdin, output: process.stderr } : null;
      await confirmAtTerminal(question, streams, signal).catch((error: unknown) => {
        stopUnlessBegun();
        throw error;
      });
      begun = true;
    },
  };
}
