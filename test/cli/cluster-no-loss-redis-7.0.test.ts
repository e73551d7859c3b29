import { testNoLoss } from "../support/no-loss.js";
import { usingServers } from "../support/servers/index.js";

usingServers();

testNoLoss("redis-7.0", { replicasPerPrimary: 0 });
