import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addEvictPolicyGet } from "./evict-policy/get.js";
import { addEvictPolicyRecommend } from "./evict-policy/recommend.js";
import { addEvictPolicyRollback } from "./evict-policy/rollback.js";
import { addEvictPolicySet } from "./evict-policy/set.js";

/** `cachectl evict-policy <verb>`. */
export function addEvictPolicy(program: Command, shell: Shell): void {
  const noun = program
    .command("evict-policy")
    .description("what happens when memory is full: see it, choose it, change it without a surprise")
    .addHelpText("before", examples);
  for (const add of [addEvictPolicyGet, addEvictPolicyRecommend, addEvictPolicySet, addEvictPolicyRollback])
    add(noun, shell);
}

const examples = `Examples:
  cachectl evict-policy get prod                            settings, pressure and effect on every node
  cachectl evict-policy recommend prod                      which policy and maxmemory would fit, and why
  cachectl evict-policy set allkeys-lfu -p prod --dry-run   what would change, and what to know before
  cachectl evict-policy set allkeys-lfu -p prod
  cachectl evict-policy rollback -p prod                    back to the values before the last change
`;
