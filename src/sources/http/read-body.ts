import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Transform } from "node:stream";
import { FetchFailure } from "./fetch-failure.js";

/**
 * The whole body, unpacked.
 *
 * @throws FetchFailure where it is larger than allowed, or was cut off: shorter than its Content-Length, a chunked body without
 *   its last chunk, a packed one without its end
 */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new FetchFailure(`the body is larger than ${maxBytes} bytes (maxBodyBytes)`, false);
      chunks.push(chunk);
    }
  };
  const unpack = unpacker(response.headers["content-encoding"]);
  try {
    if (unpack === null) await collect(response);
    else await pipeline(response, unpack, collect);
  } catch (error) {
    if (error instanceof FetchFailure) throw error;
    throw cutOff(response, bytes, error);
  }
  if (!response.complete) throw cutOff(response, bytes, null);
  return Buffer.concat(chunks, bytes);
}

function unpacker(encoding: string | undefined): Transform | null {
  switch (encoding?.toLowerCase() ?? "identity") {
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw new FetchFailure(`the body is packed as ${encoding ?? ""}, which was not asked for`, false);
  }
}

function cutOff({ headers }: IncomingMessage, bytes: number, error: unknown): FetchFailure {
  const length = headers["content-length"];
  const of = length === undefined || headers["content-encoding"] !== undefined ? "" : ` of ${length}`;
  const why = error instanceof Error && error.message !== "aborted" ? `: ${error.message}` : "";
  return new FetchFailure(`the body was cut off after ${bytes}${of} bytes${why}`, true);
}
