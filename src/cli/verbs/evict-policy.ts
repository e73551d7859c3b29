import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addEvictPolicyGet } from "./evict-policy/get.js";
import { addEvictPolicyRollback } from "./evict-policy/rollback.js";
import { addEvictPolicySet } from "./evict-policy/set.js";

/** `cachectl evict-policy <verb>`. */
export function addEvictPolicy(program: Command, shell: Shell): void {
  const noun = program
    .command("evict-policy")
    .description("look at what is evicted when memory is full, and change it without a surprise")
    .addHelpText("before", examples);
  for (const add of [addEvictPolicyGet, addEvictPolicySet, addEvictPolicyRollback]) add(noun, shell);
}

const examples = `Examples:
  cachectl evict-policy get prod                            settings, pressure and effect on every node
  cachectl evict-policy set allkeys-lfu -p prod --dry-run   what would change, and what to know before
  cachectl evict-policy set allkeys-lfu -p prod
  cachectl evict-policy rollback -p prod                    back to the values before the last change
`;
