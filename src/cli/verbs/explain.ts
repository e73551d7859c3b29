import type { Command } from "commander";
import { addOutputOptions, type OutputFlags } from "../output.js";
import type { Shell } from "../shell.js";

export function addExplain(program: Command, shell: Shell): void {
  const command = program
    .command("explain")
    .description("what a server's error or one of cachectl's rules means, and what helps")
    .argument(
      "<error|rule-id...>",
      "such as OOM, NOAUTH, ECONNREFUSED or memory-near-limit; a whole error line will do",
    )
    .addHelpText("before", "Examples:\n  cachectl explain MISCONF\n  cachectl explain hit-rate-low\n");
  addOutputOptions(command).action(async (words: string[], flags: OutputFlags) => {
    const { explain } = await import("../../commands/explain.js");
    await shell.report("explain", flags, (context) => explain(context, words.join(" ")));
  });
}
