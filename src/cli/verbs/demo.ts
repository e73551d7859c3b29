import type { Command } from "commander";
import { addOutputOptions, type OutputFlags } from "../output.js";
import { duration, sampleOption } from "../selection.js";
import type { Shell } from "../shell.js";

interface DemoFlags extends OutputFlags {
  keep?: boolean;
  stop?: boolean;
  sample: number;
}

export function addDemo(program: Command, shell: Shell): void {
  const command = program
    .command("demo")
    .description("start a throwaway fleet with planted problems, analyze it, and end it")
    .option("--keep", "leave the servers running, and say how to look at them")
    .option("--stop", "end the servers of demos that were kept")
    .addOption(sampleOption("time between the two samples", duration))
    .addHelpText("before", "Examples:\n  cachectl demo\n  cachectl demo --keep\n  cachectl demo --stop\n");
  addOutputOptions(command).action(async (flags: DemoFlags) => {
    const { demo, stopDemo } = await import("../../commands/demo.js");
    const options = { keep: flags.keep === true, sampleMs: flags.sample };
    await shell.report("demo", flags, (context) => (flags.stop === true ? stopDemo(context) : demo(context, options)));
  });
}
