import { connect } from "node:net";
import { encodeCommand } from "../src/protocol/resp.js";
import { RespConnection } from "../test/support/servers/resp-connection.js";

const keysPerPart = 400;
const partsUnderWay = 4;
const longestSilenceMs = 10_000;

/** A SCAN and three commands about each of its keys. */
interface Part {
  request: Buffer;
  /** Lines of all answers up to the end of this part's. */
  lastLine: number;
}

/**
 * What the server and the machine allow at best over one connection: SCAN, and TYPE, MEMORY USAGE and PTTL of every key, all encoded
 * before the clock begins, and answers of which only the line ends are counted. The keys must not change meanwhile, nor the
 * server's hash table grow: it does so for some seconds after the keys were written.
 *
 * @returns a function that runs it once and gives the seconds
 */
export async function prepareRawScan(port: number): Promise<() => Promise<number>> {
  const parts: Part[] = [];
  const connection = new RespConnection(port);
  let lastLine = 0;
  try {
    for (let cursor = ""; cursor !== "0";) {
      const asked = cursor === "" ? "0" : cursor;
      const [next, names] = (await connection.call("SCAN", asked, "COUNT", String(keysPerPart))) as [string, string[]];
      const measured = names.map(about).join("");
      const request = encodeCommand("SCAN", asked, "COUNT", String(keysPerPart)) + measured;
      // SCAN: a list of the cursor and a list, with two lines for each text in it.
      lastLine += 4 + 2 * names.length + 3 * names.length;
      parts.push({ request: Buffer.from(request, "latin1"), lastLine });
      cursor = next;
    }
  } finally {
    connection.close();
  }
  return () => send(port, parts);
}

function about(name: string): string {
  return encodeCommand("TYPE", name) + encodeCommand("MEMORY", "USAGE", name) + encodeCommand("PTTL", name);
}

async function send(port: number, parts: readonly Part[]): Promise<number> {
  const startedAt = performance.now();
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  try {
    await new Promise<void>((resolve, reject) => {
      let sent = 0;
      let answered = 0;
      let lines = 0;
      const more = () => {
        for (; sent < parts.length && sent - answered < partsUnderWay; sent++) socket.write(parts[sent]?.request ?? "");
      };
      socket.on("error", reject).on("close", () => reject(new Error("the server closed the connection")));
      socket.setTimeout(longestSilenceMs, () => reject(new Error("pages are not what they were: the keys changed")));
      socket.on("data", (bytes) => {
        for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) lines++;
        while (lines >= (parts[answered]?.lastLine ?? Infinity)) answered++;
        if (answered === parts.length) resolve();
        else more();
      });
      more();
    });
  } finally {
    socket.destroy();
  }
  return (performance.now() - startedAt) / 1000;
}
