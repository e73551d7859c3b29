import { describeSettingsCauses } from "../../support/sentinel-settings-causes.js";
import { usingServers } from "../../support/servers/index.js";

usingServers();

describeSettingsCauses({ release: "valkey-9.1", sentinels: 5, replicas: 1 });
