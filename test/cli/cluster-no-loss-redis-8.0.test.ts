import { testNoLoss } from "../support/no-loss.js";
import { usingServers } from "../support/servers/index.js";

usingServers();

// Replicas once: they bring NOREPLICAS, failover flags and re-homing, and cost three more servers.
testNoLoss("redis-8.0", { replicasPerPrimary: 1 });
