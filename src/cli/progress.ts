import type { Ora } from "ora";
import type { Progress } from "../commands/context.js";
import type { Terminal } from "./terminal.js";

/** In a log, a line now and then is enough to see that something is alive. */
const logIntervalMs = 30_000;

/** A spinner on a terminal, a plain line now and then elsewhere, nothing when quiet. Always on standard error. */
export function createProgress(terminal: Terminal, quiet: boolean): Progress {
  if (quiet) return { update: () => {}, note: () => {}, stop: () => {} };
  // On a terminal without a width ora divides by 0 and never comes back.
  return terminal.interactiveErrors && terminal.errorColumns >= 1 ? spinner(terminal) : plainLines(terminal);
}

function spinner(terminal: Terminal): Progress {
  let shown: Ora | null = null;
  let stopped = true;
  let text = "";
  const show = async () => {
    // 40 ms to load: only for somebody who looks.
    const { default: ora } = await import("ora");
    // Stopped while loading: showing it now would leave it spinning over the report.
    if (!stopped) shown ??= ora({ text, discardStdin: false }).start();
  };
  return {
    update(newText) {
      text = newText;
      if (shown !== null) shown.text = text;
      else if (stopped) {
        stopped = false;
        void show();
      }
    },
    note(line) {
      shown?.clear();
      void terminal.warn(`${line}\n`);
    },
    stop() {
      stopped = true;
      shown?.stop();
      shown = null;
    },
  };
}

function plainLines(terminal: Terminal): Progress {
  let lastMs = performance.now();
  return {
    update(text) {
      if (performance.now() - lastMs < logIntervalMs) return;
      lastMs = performance.now();
      void terminal.warn(`${text}\n`);
    },
    note: (line) => void terminal.warn(`${line}\n`),
    stop: () => {},
  };
}
