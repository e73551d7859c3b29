import { ServerReplyError } from "../model/errors.js";
import type { Fact } from "../model/fact.js";
import type { SentinelMasterView, SentinelViewsFacts } from "../model/facts.js";
import { formatEndpoint } from "../model/node.js";
import type { RedisPort, Reply } from "../model/node-port.js";
import { parseSentinelMaster, parseSentinelMasters } from "../protocol/sentinel.js";
import { replyList, textMap } from "../protocol/replies.js";
import { ask } from "./ask.js";

/**
 * What one sentinel knows: its id, settings and scripts, and of each wanted master all lists. Read-only; it casts no vote.
 *
 * @param wantedNames empty: every master that it watches
 */
export function collectSentinelViews(
  port: Pick<RedisPort, "call">,
  wantedNames: readonly string[],
): Promise<Fact<SentinelViewsFacts>> {
  return ask(askAll(port, wantedNames), (views) => views, "not a Sentinel");
}

async function askAll(port: Pick<RedisPort, "call">, wantedNames: readonly string[]): Promise<SentinelViewsFacts> {
  const [masters, myId, scripts, settings] = await Promise.all([
    port.call("SENTINEL", "MASTERS"),
    orElse(null, port.call("SENTINEL", "MYID")),
    orElse(null, port.call("SENTINEL", "PENDING-SCRIPTS")),
    orElse([], port.call("SENTINEL", "CONFIG", "GET", "*")),
  ]);
  const names = parseSentinelMasters(masters).map(({ name }) => name);
  const wanted = names.filter((name) => wantedNames.length === 0 || wantedNames.includes(name));
  return {
    myId: myId === null ? null : String(myId),
    pendingScripts: scripts === null ? null : replyList(scripts).length,
    settings: withoutSecrets(textMap(settings)),
    names,
    masters: (await Promise.all(wanted.map((name) => askMaster(port, name)))).filter((master) => master !== null),
  };
}

/** null: it was removed meanwhile. */
async function askMaster(port: Pick<RedisPort, "call">, name: string): Promise<SentinelMasterView | null> {
  const [master, replicas, sentinels, told, quorumCheck] = await Promise.all([
    orElse(null, port.call("SENTINEL", "MASTER", name)),
    port.call("SENTINEL", "REPLICAS", name).catch(goneMeanwhile),
    port.call("SENTINEL", "SENTINELS", name).catch(goneMeanwhile),
    orElse(null, port.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)),
    checkQuorum(port, name),
  ]);
  if (master === null) return null;
  const [host, toldPort] = replyList(told);
  return {
    ...parseSentinelMaster(master, replicas, sentinels),
    toldAddress: host === undefined ? null : formatEndpoint({ host: String(host), port: Number(toldPort) }),
    quorumCheck,
  };
}

/** NOQUORUM comes as an error, and is the answer. */
async function checkQuorum(port: Pick<RedisPort, "call">, name: string): Promise<string | null> {
  try {
    return String(await port.call("SENTINEL", "CKQUORUM", name));
  } catch (error) {
    if (!(error instanceof ServerReplyError)) throw error;
    return error.replyCode === "NOQUORUM" ? error.message.slice(error.message.indexOf("NOQUORUM")) : null;
  }
}

/** What an older version or a limited login does not tell is left out: the lists matter more. */
async function orElse<T>(absent: T, request: Promise<Reply>): Promise<Reply | T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ServerReplyError) return absent;
    throw error;
  }
}

function goneMeanwhile(error: unknown): Reply {
  if (error instanceof ServerReplyError && /no such master/i.test(error.message)) return [];
  throw error;
}

function withoutSecrets(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !/pass|secret/.test(name)));
}
