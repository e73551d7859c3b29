import type { Context } from "../commands/context.js";
import { CachectlError } from "../model/errors.js";
import type { Report } from "../model/report.js";
import { exitCodes } from "./exit-codes.js";
import { exitCodeFor, renderForFlags, type OutputFlags } from "./output.js";
import type { Terminal } from "./terminal.js";

interface WatchDeps {
  context: Context;
  terminal: Terminal;
  flags: OutputFlags;
}

/** Moves to the top left, and clears from there: less flicker than clearing the screen first. */
const home = "\u001b[H\u001b[J";

/**
 * Repeats `look` until interrupted, in place on a terminal, one report after the other elsewhere. Being interrupted is how
 * a watch ends, so the exit code is that of the last report.
 */
export async function watch(look: () => Promise<Report>, everyMs: number, deps: WatchDeps): Promise<number> {
  const { context, terminal, flags } = deps;
  let code: number = exitCodes.interrupted;
  try {
    for (;;) {
      const report = await look();
      code = exitCodeFor(report, flags);
      const text = await renderForFlags(report, flags, terminal);
      await terminal.print(terminal.interactiveOutput ? home + text : text);
      await context.clock.sleep(everyMs);
    }
  } catch (error) {
    if (error instanceof CachectlError && error.kind === "interrupted") return code;
    throw error;
  }
}
