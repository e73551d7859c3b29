import type { NewNodeState } from "../model/new-node.js";
import { CachectlError, ConnectError, ServerReplyError } from "../model/errors.js";
import type { FleetNode, RedisPort, Reply } from "../model/node-port.js";
import { parseClusterNodes } from "../protocol/cluster-nodes.js";
import { numberField, parseInfo, parsePairs } from "../protocol/info.js";
import { parseOwnAddress } from "../protocol/own-cluster-address.js";
import { replyList } from "../protocol/replies.js";

/**
 * What a server says of itself before it becomes a member. Changes nothing: the rights are tried with arguments that no server
 * accepts (port 0, slot 16384, epoch -1), because a login that is refused half-way leaves half a cluster.
 *
 * @throws only what ends the run
 */
export async function collectNewNode(node: FleetNode): Promise<NewNodeState> {
  const { address } = node.identity;
  try {
    const port = await node.openRedis();
    const [info, keys] = [parseInfo(String(await port.call("INFO", "server"))), await countKeys(port)];
    const state = { ...blank(address), keys, ...productOf(info["server"] ?? {}) };
    return { ...state, ...(await clusterState(port)), ...(await passwords(port)) };
  } catch (error) {
    if (error instanceof ConnectError && error.connectCause === "aborted") throw error;
    if (!(error instanceof CachectlError) || error.kind === "interrupted") throw error;
    return { ...blank(address), failure: { message: error.message, hint: error.hint } };
  }
}

function blank(address: string): NewNodeState {
  return {
    address,
    failure: null,
    id: null,
    clusterMode: null,
    announced: null,
    product: null,
    version: null,
    keys: null,
    role: "primary",
    primaryId: null,
    slots: [],
    configEpoch: 0,
    openSlots: 0,
    wasMember: false,
    knows: [],
    asksPassword: null,
    hasPrimaryPassword: null,
    forbidden: [],
  };
}

function productOf(server: Record<string, string>): Pick<NewNodeState, "product" | "version"> {
  const valkey = server["valkey_version"];
  if (valkey !== undefined) return { product: "valkey", version: valkey };
  return { product: "redis", version: server["redis_version"] ?? null };
}

/** In all databases: Valkey 9 has several in cluster mode too, and DBSIZE counts one. */
async function countKeys(port: RedisPort): Promise<number> {
  const databases = parseInfo(String(await port.call("INFO", "keyspace")))["keyspace"] ?? {};
  return Object.values(databases).reduce((sum, text) => sum + (Number(parsePairs(text)["keys"]) || 0), 0);
}

async function clusterState(port: RedisPort): Promise<Partial<NewNodeState>> {
  let text: string;
  try {
    text = String(await port.call("CLUSTER", "NODES"));
  } catch (error) {
    if (error instanceof ServerReplyError && /cluster support disabled/i.test(error.message))
      return { clusterMode: false };
    throw error;
  }
  const { myId, nodes } = parseClusterNodes(text);
  const own = nodes.find(({ myself }) => myself);
  return {
    clusterMode: true,
    id: myId,
    announced: parseOwnAddress(text),
    role: own?.role ?? "primary",
    primaryId: own?.primaryId ?? null,
    slots: own?.slots ?? [],
    configEpoch: own?.configEpoch ?? 0,
    openSlots: (own?.migrating.length ?? 0) + (own?.importing.length ?? 0),
    knows: nodes
      .filter(({ myself }) => !myself)
      .map(({ id, host, port: at, flags }) => ({
        id,
        address: `${host}:${at}`,
        handshake: flags.includes("handshake"),
      })),
    wasMember: await isPastFirstEpoch(port),
    forbidden: await forbiddenCommands(port),
  };
}

/** CLUSTER RESET SOFT keeps a former cluster's epoch together with the id; HARD gives a new id and starts at 0 again. */
async function isPastFirstEpoch(port: RedisPort): Promise<boolean> {
  const fields = parseInfo(String(await port.call("CLUSTER", "INFO")))[""];
  return (numberField(fields, "cluster_current_epoch") ?? 0) > 0;
}

const trials: [name: string, ...args: string[]][] = [
  ["CLUSTER MEET", "127.0.0.1", "0"],
  ["CLUSTER SET-CONFIG-EPOCH", "-1"],
  ["CLUSTER ADDSLOTS", "16384"],
  ["CLUSTER REPLICATE", "none"],
];

async function forbiddenCommands(port: RedisPort): Promise<string[]> {
  const refused = await Promise.all(
    trials.map(async ([name, ...args]) => {
      try {
        await port.call("CLUSTER", name.slice("CLUSTER ".length), ...args);
        return null;
      } catch (error) {
        if (!(error instanceof ServerReplyError)) throw error;
        return error.replyCode === "NOPERM" || /unknown (sub)?command/i.test(error.message) ? name : null;
      }
    }),
  );
  return refused.filter((name) => name !== null);
}

/** Only whether there are passwords: what they are leaves this function in no form. */
async function passwords(port: RedisPort): Promise<Pick<NewNodeState, "asksPassword" | "hasPrimaryPassword">> {
  const isSet = async (name: string) => {
    try {
      const value = replyList(await port.call("CONFIG", "GET", name))[1];
      return value === undefined ? null : isFilled(value);
    } catch (error) {
      if (error instanceof ServerReplyError) return null;
      throw error;
    }
  };
  return { asksPassword: await isSet("requirepass"), hasPrimaryPassword: await isSet("masterauth") };
}

function isFilled(value: Reply): boolean {
  return value !== null && value !== "";
}
