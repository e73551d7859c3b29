import type { Reply } from "../model/node-port.js";
import { replyList, replyMap, replyNumber } from "./replies.js";

/** A member as CLUSTER SHARDS (7.0+) names it. */
export interface ShardNode {
  id: string;
  /** The endpoint the server prefers; empty when it does not know one. */
  host: string;
  /** The TLS port where asked for and offered. */
  port: number;
  role: "primary" | "replica";
}

/** Reads CLUSTER SHARDS. `preferTls` picks `tls-port` over `port`. */
export function parseClusterShards(reply: Reply, preferTls: boolean): ShardNode[] {
  return replyList(reply).flatMap((shard) =>
    replyList(replyMap(shard).get("nodes")).map((node) => parseNode(node, preferTls)),
  );
}

function parseNode(reply: Reply, preferTls: boolean): ShardNode {
  const fields = replyMap(reply);
  const endpoint = text(fields.get("endpoint"));
  const plain = replyNumber(fields.get("port"));
  const tls = replyNumber(fields.get("tls-port"));
  return {
    id: text(fields.get("id")),
    host: endpoint === "" || endpoint === "?" ? text(fields.get("ip")) : endpoint,
    port: (preferTls ? (tls ?? plain) : (plain ?? tls)) ?? 0,
    role: text(fields.get("role")) === "master" ? "primary" : "replica",
  };
}

function text(reply: Reply | undefined): string {
  return typeof reply === "string" ? reply : "";
}
