import { describeIdentityCauses } from "../../support/sentinel-identity-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeIdentityCauses({ release: "valkey-9.1", sentinels: 5, replicas: 1 });
