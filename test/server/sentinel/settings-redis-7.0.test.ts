import { describeSettingsCauses } from "../../support/sentinel-settings-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeSettingsCauses({ release: "redis-7.0", sentinels: 5, replicas: 2 });
