import type { RedisPort } from "../model/node-port.js";

/** The part of a connection that preparing a fleet needs. */
export type RedisCalls = Pick<RedisPort, "call">;
