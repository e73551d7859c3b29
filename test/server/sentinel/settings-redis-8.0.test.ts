import { describeSettingsCauses } from "../../support/sentinel-settings-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeSettingsCauses({ release: "redis-8.0", sentinels: 3, replicas: 2 });
