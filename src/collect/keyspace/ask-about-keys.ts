import type { NodeScan } from "../../model/keyspace.js";
import type { BulkReply, RedisBulkPort } from "../../model/node-port.js";
import type { AskedCommands } from "./asked-commands.js";
import { lengthRequest, measureRequest } from "./measure-request.js";

/** To the commands that measure, and to those that count elements. */
interface Answers {
  replies: BulkReply[];
  lengthReplies: BulkReply[];
}

/**
 * Names that are asked about at once. Each is in the request three to six times, which is one text: V8 makes none of half a
 * gigabyte, as a hundred names of 2 MB would need.
 */
const longestNameBytes = 4 << 20;

/**
 * Asks about the keys of one page in two round trips, or two for each part of a page whose names are very long.
 *
 * @param nameBytes length of all names of the page together
 * @param firstNumber number of the first key within the scan
 * @param scan its `commands` are counted as they are sent
 */
export function askAboutKeys(
  port: Pick<RedisBulkPort, "pipeline">,
  names: readonly string[],
  nameBytes: number,
  asked: AskedCommands,
  firstNumber: number,
  scan: Pick<NodeScan, "commands">,
): Promise<Answers> {
  return nameBytes <= longestNameBytes
    ? askAtOnce(port, names, asked, firstNumber, scan)
    : askInParts(port, names, asked, firstNumber, scan);
}

async function askAtOnce(
  port: Pick<RedisBulkPort, "pipeline">,
  names: readonly string[],
  asked: AskedCommands,
  firstNumber: number,
  scan: Pick<NodeScan, "commands">,
): Promise<Answers> {
  const first = measureRequest(names, asked, firstNumber);
  scan.commands += first.count;
  const replies = await port.pipeline(first.request, first.count);
  const second = lengthRequest(names, replies, asked, firstNumber);
  scan.commands += second.count;
  return { replies, lengthReplies: await port.pipeline(second.request, second.count) };
}

/** One part after the other, so that only one is in memory. */
async function askInParts(
  port: Pick<RedisBulkPort, "pipeline">,
  names: readonly string[],
  asked: AskedCommands,
  firstNumber: number,
  scan: Pick<NodeScan, "commands">,
): Promise<Answers> {
  const all: Answers = { replies: [], lengthReplies: [] };
  for (let at = 0; at < names.length;) {
    const end = partEnd(names, at);
    const { replies, lengthReplies } = await askAtOnce(port, names.slice(at, end), asked, firstNumber + at, scan);
    for (const reply of replies) all.replies.push(reply);
    for (const reply of lengthReplies) all.lengthReplies.push(reply);
    at = end;
  }
  return all;
}

/** Where the part that begins at `from` ends: after one name at least. */
function partEnd(names: readonly string[], from: number): number {
  let bytes = names[from]?.length ?? 0;
  let end = from + 1;
  while (end < names.length && bytes + (names[end]?.length ?? 0) <= longestNameBytes)
    bytes += names[end++]?.length ?? 0;
  return end;
}
