/** Bytes that hold a page of a file with its commands around it. */
const firstBytes = 131_072;

/** Buffers that no connection holds any more; a run needs a few at a time. */
const free: Buffer[] = [];
const mostFree = 16;

/**
 * Encoded requests of one lane, one behind the other in one buffer: what is sent is not copied again, and each can still be
 * taken out and sent elsewhere. Writing each request straight into it keeps texts short-lived, which is most of the cost.
 */
export class RequestBatch {
  #buffer: Buffer = free.pop() ?? Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;
  /** Index behind each request's bytes. */
  readonly #ends: number[] = [];
  /** By request: what the caller knows it by. */
  readonly ids: number[] = [];
  /** By request: how many replies it gets. */
  readonly replyCounts: number[] = [];
  replyCount = 0;

  get count(): number {
    return this.ids.length;
  }

  /** @param text one character a byte */
  add(text: string, id: number, replies: number): void {
    if (this.#length + text.length > this.#buffer.length) this.grow(text.length);
    this.#length += this.#buffer.write(text, this.#length, "latin1");
    this.#ends.push(this.#length);
    this.ids.push(id);
    this.replyCounts.push(replies);
    this.replyCount += replies;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** One request as text, to be added to another batch. */
  request(index: number): string {
    return this.#buffer.toString("latin1", index === 0 ? 0 : this.#ends[index - 1], this.#ends[index]);
  }

  /** Gives the buffer back. Only when every reply has come: until then the connection may still be sending from it. */
  release(): void {
    if (this.#buffer.length === firstBytes && free.length < mostFree) free.push(this.#buffer);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + needed));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
