/** One item as `mg … v f t` gives it; null: there is none. */
export type MetaItem = { flags: number; ttlSeconds: number; value: Uint8Array } | null;

/** The request for one key, without its line end. The name is one character a byte, without spaces and control characters. */
export function metaGet(name: string): string {
  return `mg ${name} f t v`;
}

/**
 * Reads the answers to so many {@link metaGet} in a row out of what arrives, in pieces of any size. `ttlSeconds` is -1 for an
 * item that never expires. Source: memcached's doc/protocol.txt, "Meta Get".
 */
export class MetaGetReader {
  readonly items: MetaItem[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(private readonly count: number) {}

  /** True while more is expected. @throws SyntaxError when this is no answer to `mg` */
  push(piece: Uint8Array): boolean {
    this.#received = Buffer.concat([this.#received, piece]);
    let at = 0;
    while (this.items.length < this.count) {
      const end = this.itemAt(at);
      if (end === null) break;
      at = end;
    }
    this.#received = this.#received.subarray(at);
    return this.items.length < this.count;
  }

  /** Takes the answer that begins there; gives where it ends, null while it is not all there. */
  private itemAt(at: number): number | null {
    const lineEnd = this.#received.indexOf("\r\n", at);
    if (lineEnd === -1) return null;
    const line = this.#received.toString("latin1", at, lineEnd);
    if (line === "EN") {
      this.items.push(null);
      return lineEnd + 2;
    }
    const match = /^VA (\d+) f(\d+) t(-?\d+)$/.exec(line);
    if (match === null) throw new SyntaxError(`not an answer to mg: ${line.slice(0, 60)}`);
    const [, length = "", flags = "", ttl = ""] = match;
    const start = lineEnd + 2;
    const end = start + Number(length);
    if (this.#received.length < end + 2) return null;
    const value = Buffer.from(this.#received.subarray(start, end));
    this.items.push({ flags: Number(flags), ttlSeconds: Number(ttl), value });
    return end + 2;
  }
}
