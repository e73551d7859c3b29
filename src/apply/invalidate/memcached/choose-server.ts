import { createHash } from "node:crypto";
import type { MemcachedHashing } from "../../../model/invalidation.js";

export interface HashedServer {
  /** As the application's client is given it: the points of the ring are made of it. */
  host: string;
  port: number;
  /** A whole number from 1 on. Only ketama looks at it. */
  weight: number;
}

/**
 * Which server of the list a client keeps a key on: its index. Pure. Keys are one character a byte.
 *
 * - `ketama`: libmemcached with MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED (PHP's `Memcached::OPT_LIBKETAMA_COMPATIBLE`).
 * - `modulo`: libmemcached's default, Jenkins' one-at-a-time hash modulo the number of servers.
 * - `memjs`: the Node.js client's own.
 *
 * Source: libmemcached's src/libmemcached/hosts.cc and src/libhashkit, and memjs 1.3's utils.js.
 */
export function serverChooser(hashing: MemcachedHashing, servers: readonly HashedServer[]): (key: string) => number {
  if (servers.length < 2) return () => 0;
  if (hashing === "modulo") return (key) => oneAtATime(key) % servers.length;
  if (hashing === "memjs") return (key) => memjsHash(key) % servers.length;
  const ring = ketamaRing(servers);
  return (key) => serverOn(ring, wordOf(md5(key), 0));
}

interface Ring {
  points: Uint32Array;
  servers: Uint16Array;
}

/** MEMCACHED_POINTS_PER_SERVER_KETAMA: so many points a server, four of each MD5. */
const pointsPerServer = 160;
const pointsPerHash = 4;
/** Left out of the name of a point. */
const defaultPort = 11_211;

function ketamaRing(servers: readonly HashedServer[]): Ring {
  const totalWeight = servers.reduce((sum, { weight }) => sum + weight, 0);
  const points: [point: number, server: number][] = [];
  for (const [index, { host, port, weight }] of servers.entries()) {
    // In single precision, as the C code has it: the last digit decides how many points there are.
    const share = Math.fround(weight / totalWeight);
    const scaled = Math.fround(Math.fround(Math.fround(share * pointsPerServer) / 4) * servers.length);
    const hashes = Math.floor(Math.fround(scaled + 0.000_000_000_1));
    for (let hash = 0; hash < hashes; hash++) {
      const digest = md5(port === defaultPort ? `${host}-${hash}` : `${host}:${port}-${hash}`);
      for (let word = 0; word < pointsPerHash; word++) points.push([wordOf(digest, word), index]);
    }
  }
  points.sort(([a], [b]) => a - b);
  return {
    points: Uint32Array.from(points, ([point]) => point),
    servers: Uint16Array.from(points, ([, server]) => server),
  };
}

/** The first point at or after the hash; the first of all behind the last. */
function serverOn({ points, servers }: Ring, hash: number): number {
  let left = 0;
  let right = points.length;
  while (left < right) {
    const middle = (left + right) >>> 1;
    if ((points[middle] ?? 0) < hash) left = middle + 1;
    else right = middle;
  }
  return servers[left === points.length ? 0 : left] ?? 0;
}

function md5(text: string): Buffer {
  return createHash("md5").update(Buffer.from(text, "latin1")).digest();
}

function wordOf(digest: Buffer, word: number): number {
  return digest.readUInt32LE(word * 4);
}

/** Bob Jenkins' hash as libhashkit has it: its bytes are signed, which shows in keys beyond ASCII. */
export function oneAtATime(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) {
    const byte = key.charCodeAt(i) & 0xff;
    hash = (hash + (byte > 127 ? byte - 256 : byte)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) >>> 0;
}

/** It hashes the text and not its bytes, so a key is read as UTF-8 first. */
function memjsHash(key: string): number {
  const text = Buffer.from(key, "latin1").toString("utf8");
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return Math.abs(hash);
}
