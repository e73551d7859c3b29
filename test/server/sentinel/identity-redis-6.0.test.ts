import { describeIdentityCauses } from "../../support/sentinel-identity-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeIdentityCauses({ release: "redis-6.0", sentinels: 3, replicas: 1 });
