import { testNoLoss } from "../support/no-loss.js";
import { usingServers } from "../support/servers/index.js";

usingServers();

testNoLoss("valkey-8.1", { replicasPerPrimary: 0 });
