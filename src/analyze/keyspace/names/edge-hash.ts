import { Join } from "./token-kind.js";

/** Hashes begin with these, so that a text and a separator of the same characters differ. FNV-1a. */
export const hashSeed = 0x811c9dc5 | 0;
export const separatorSeed = 23;

/** In place of a separator's hash: at the end of a name, and between `user` and `123`. */
export const endHash = 17;
export const noneHash = 19;

const wildHash = 0x5bd1e995;

/** The hash by which a child is found, from its text (null: `*`) and separator, as a `SplitName` would give it. */
export function edgeHash(text: string | null, separator: string, join: Join): number {
  const textHash = text === null ? wildHash : hashOfText(text, hashSeed);
  if (join === Join.end) return edge(textHash, endHash);
  return edge(textHash, join === Join.none ? noneHash : hashOfText(separator, separatorSeed));
}

/** Thirty bits, so that it is a small integer to a Map. */
export function edge(textHash: number, separatorHash: number): number {
  const mixed = Math.imul(textHash ^ Math.imul(separatorHash, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & 0x3fffffff;
}

export function wildEdge(separatorHash: number): number {
  return edge(wildHash, separatorHash);
}

export function hashOf(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash;
}

function hashOfText(text: string, seed: number): number {
  return hashOf(Buffer.from(text, "latin1"), 0, text.length, seed);
}
