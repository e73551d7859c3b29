import { describeIdentityCauses } from "../../support/sentinel-identity-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeIdentityCauses({ release: "redis-7.0", sentinels: 5, replicas: 2 });
