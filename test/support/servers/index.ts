/**
 * Real servers for tests, in containers or from binaries (`CACHECTL_TEST_SERVERS=containers|binaries|auto`).
 *
 * A test file calls `usingServers()` once at its top; everything it starts ends after its last test.
 */
export { waitUntil } from "../../../src/demo/wait-until.js";
export { serverMode } from "./mode.js";
export { endEverything, temporaryDirectory, usingServers } from "./registry.js";
export { findRelease, isAtHand, memcachedReleases, releases, type Release } from "./releases.js";
export { RespConnection } from "./resp-connection.js";
export { MemcachedConnection } from "./memcached-connection.js";
export { sane, startRedis, type RedisServer } from "./start-redis.js";
export { startMemcached, type MemcachedServer } from "./start-memcached.js";
export { startCluster, startClusterNodes, type TestCluster } from "./start-cluster.js";
export { startSentinelGroup, type SentinelGroup } from "./start-sentinel-group.js";
export { startPostgres, type TestPostgres } from "./start-postgres.js";
export { startMariadb, type TestMariadb } from "./start-mariadb.js";
