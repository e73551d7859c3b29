import { releases, usingServers } from "../support/servers/index.js";
import { describeServerFaults } from "../support/server-faults.js";

usingServers();

const all = await releases();
const [first] = all;
const release = all.find(({ name }) => name === "redis-7.0") ?? first;
if (release === undefined) throw new Error("no release of Redis or Valkey is at hand");
describeServerFaults({ engine: "classic", release: release.name, step: "migrate", nth: 3 });
