import * as zlib from "node:zlib";
import { CachectlError } from "../../model/errors.js";
import { bytesOfText } from "../../model/key-name.js";
import type { Pack, Packing } from "../../model/warm-manifest.js";

/**
 * How values are stored: as text or MessagePack, compressed above a threshold. What is compressed is known by the first bytes that
 * each codec writes itself (gzip `1f 8b`, zstd `28 b5 2f fd`): neither UTF-8 text nor a MessagePack map or list begins so.
 *
 * @throws CachectlError usage where this Node.js has no zstd, or the library for MessagePack is not installed
 */
export async function makePack({ encode, compress }: Packing): Promise<Pack> {
  const squeeze = compress === null ? null : compressor(compress.codec);
  const limit = compress?.aboveBytes ?? 0;
  const stored = (data: string): string => {
    if (squeeze === null || data.length <= limit) return data;
    const small = squeeze(Buffer.from(data, "latin1")).toString("latin1");
    // What does not shrink is better left readable.
    return small.length < data.length ? small : data;
  };
  const serialize = encode === "msgpack" ? await messagePack() : jsonText;
  return {
    value: (value, json) => stored(serialize(value, json)),
    text: (text) => stored(bytesOfText(text)),
    bytes: (bytes) => stored(Buffer.from(bytes).toString("latin1")),
  };
}

function jsonText(value: unknown, json: string | undefined): string {
  return bytesOfText(json ?? JSON.stringify(value, plainJson));
}

/** A whole number beyond what JSON can hold for sure goes out as text, as most drivers and APIs do. */
function plainJson(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function compressor(codec: "gzip" | "zstd"): (data: Buffer) => Buffer {
  if (codec === "gzip") return (data) => zlib.gzipSync(data);
  // Not in the types of the oldest Node.js that this runs on.
  const zstd = (zlib as { zstdCompressSync?: (data: Buffer) => Buffer }).zstdCompressSync;
  if (zstd !== undefined) return zstd;
  throw new CachectlError(
    "usage",
    "no-zstd",
    "this Node.js cannot compress with zstd",
    "Use Node.js 22.15, 23.8 or later, or `codec: gzip` in the manifest.",
  );
}

async function messagePack(): Promise<(value: unknown) => string> {
  try {
    const { encode } = await import("@msgpack/msgpack");
    return (value) => Buffer.from(encode(value, { ignoreUndefined: true, useBigInt64: true })).toString("latin1");
  } catch (error) {
    throw new CachectlError(
      "usage",
      "no-msgpack",
      "`encode: msgpack` needs the package @msgpack/msgpack, which is not installed",
      "Install it beside cachectl: npm install @msgpack/msgpack",
      error,
    );
  }
}
