import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addEvictPolicyRecommend } from "./evict-policy/recommend.js";

/** `cachectl evict-policy <verb>`. */
export function addEvictPolicy(program: Command, shell: Shell): void {
  const noun = program
    .command("evict-policy")
    .description("what happens when memory is full: see it, choose it, change it")
    .addHelpText("before", examples);
  for (const add of [addEvictPolicyRecommend]) add(noun, shell);
}

const examples = `Examples:
  cachectl evict-policy recommend prod             which policy and maxmemory would fit, and why
`;
