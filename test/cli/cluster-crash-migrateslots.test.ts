import { releases, usingServers } from "../support/servers/index.js";
import { describeServerFaults } from "../support/server-faults.js";

usingServers();

// A file of its own, since most of each case is waiting for a node that does not answer. Only where a release has MIGRATESLOTS.
for (const { name } of (await releases()).filter((release) => /^valkey-(9|\d\d)/.test(release.name)).slice(0, 1))
  describeServerFaults({ engine: "server", release: name, step: "migrateslots", nth: 1 });
