import { Command } from "commander";
import type { Context } from "../commands/context.js";
import { createContext } from "./context.js";
import { refuseExcessArguments } from "./excess-arguments.js";
import { exitCodeFor, formatOf, loadRenderer, renderForFlags, type OutputFlags } from "./output.js";
import type { RunState, Shell } from "./shell.js";
import type { Terminal } from "./terminal.js";
import { addAnalyze } from "./verbs/analyze.js";
import { addBigkeys } from "./verbs/bigkeys.js";
import { addCluster } from "./verbs/cluster.js";
import { addDemo } from "./verbs/demo.js";
import { addEvictPolicy } from "./verbs/evict-policy.js";
import { addExplain } from "./verbs/explain.js";
import { addInvalidate } from "./verbs/invalidate.js";
import { addProfiles } from "./verbs/profiles.js";
import { addSentinel } from "./verbs/sentinel.js";
import { addWarm } from "./verbs/warm.js";
import { version } from "./version.js";

/** In the order of the help. */
const verbs = [
  addAnalyze,
  addBigkeys,
  addCluster,
  addSentinel,
  addEvictPolicy,
  addInvalidate,
  addWarm,
  addProfiles,
  addExplain,
  addDemo,
];

/** The command tree. Every verb loads its own command when it is called: starting up must stay cheap. */
export function createProgram(terminal: Terminal, signal: AbortSignal): { program: Command; state: RunState } {
  const state: RunState = { operation: "cachectl", flags: null, context: null, exitCode: 0 };
  const begin = (operation: string, flags: OutputFlags): Context => {
    state.operation = operation;
    // Before any work: --json together with -o table is a mistake whatever the servers say.
    formatOf(flags);
    state.flags = flags;
    return (state.context ??= createContext(terminal, signal, flags));
  };
  const shell: Shell = {
    terminal,
    signal,
    state,
    begin,
    async report(operation, flags, command, less) {
      const context = begin(operation, flags);
      const running = command(context);
      void loadRenderer();
      const report = await running;
      context.progress.stop();
      // Known before anything is printed: a reader that goes away must not change it.
      state.exitCode = exitCodeFor(report, flags);
      if (less?.silent(report) === true) return;
      const shown = less?.brief(report) === true ? { ...flags, quiet: true } : flags;
      await terminal.print(await renderForFlags(report, shown, terminal));
    },
  };
  const program = new Command("cachectl")
    .description("Operations for Redis, Valkey and Memcached fleets: says what is wrong and what to do.")
    .version(version(), "-V, --version", "print the version")
    .exitOverride()
    .showSuggestionAfterError()
    // Refused below, with a next step.
    .allowExcessArguments()
    .hook("preAction", (_, verb) => refuseExcessArguments(verb))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      // Commander writes at once and does not wait; both are short.
      writeOut: (text) => void terminal.print(text),
      writeErr: (text) => void terminal.warn(text),
      outputError: (text, print) => print(text.replace(/^error: /, "cachectl: ")),
    })
    .addHelpText("before", examples);
  for (const add of verbs) add(program, shell);
  return { program, state };
}

const examples = `Examples:
  cachectl analyze                                   the server on this machine
  cachectl analyze -p prod-sessions                  a profile; its file is prod-sessions.yaml
  cachectl analyze redis://10.0.0.5:6379 --json      any server, as JSON
  cachectl analyze -p 'prod-*' --fail-on high        a gate for CI: exit 1 from priority high on
  cachectl bigkeys -p prod-sessions                  what fills the memory: largest keys, groups, TTLs, waste
  cachectl cluster check prod                        every node's view of the cluster against every other's
  cachectl evict-policy get prod                     what is evicted when memory is full, on every node
  cachectl invalidate -p prod --tag products         every key that carries the tag, race-safe
  cachectl warm users.yaml -p prod-cache             fill a cache from a file; made for cron
  cachectl explain OOM                               what an error means and what helps
  cachectl demo                                      see it at work on a throwaway fleet
`;
