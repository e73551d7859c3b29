import type { Command } from "commander";
import type { Shell } from "../shell.js";
import { addClusterReshard } from "./cluster/reshard.js";
import { addClusterRebalance } from "./cluster/rebalance.js";
import { addClusterAddNode } from "./cluster/add-node.js";
import { addClusterApply } from "./cluster/apply.js";
import { addClusterCheck } from "./cluster/check.js";
import { addClusterCreate } from "./cluster/create.js";
import { addClusterDelNode } from "./cluster/del-node.js";
import { addClusterFailover } from "./cluster/failover.js";
import { addClusterFix } from "./cluster/fix.js";
import { addClusterInfo } from "./cluster/info.js";

/** `cachectl cluster <verb>`. */
export function addCluster(program: Command, shell: Shell): void {
  const cluster = program
    .command("cluster")
    .description("look at a Redis or Valkey cluster, and change it without losing a key")
    .addHelpText("before", examples);
  for (const add of [
    addClusterInfo,
    addClusterCheck,
    addClusterCreate,
    addClusterAddNode,
    addClusterDelNode,
    addClusterFailover,
    addClusterFix,
    addClusterRebalance,
    addClusterReshard,
    addClusterApply,
  ])
    add(cluster, shell);
}

const examples = `Examples:
  cachectl cluster info prod                       the topology: slots, keys, bytes, operations, lag
  cachectl cluster check prod                      every node's view against every other's
  cachectl cluster create 10.0.0.{1,2,3,4,5,6}:6379 --replicas 1
  cachectl cluster add-node 10.0.0.7:6379 -p prod
  cachectl cluster rebalance -p prod --dry-run     which slots would move to level the primaries
  cachectl cluster fix -p prod --dry-run           what is broken, and what would be done about it
`;
