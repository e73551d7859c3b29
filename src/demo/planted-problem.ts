import type { Address, DemoRedis } from "./demo-deps.js";

/** Something that is wrong with the fleet on purpose, and which of the rules should see it. */
export interface PlantedProblem {
  what: string;
  address: Address;
  ruleIds: string[];
}

/** Where one is planted. */
export interface ProblemNode {
  address: Address;
  redis: DemoRedis;
}
