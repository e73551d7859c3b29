import { ServerReplyError } from "../../model/errors.js";
import type { RedisBulkPort } from "../../model/node-port.js";
import type { KeyOwner } from "./key-owner.js";

interface Open {
  port: RedisBulkPort;
  /** Another text for each connection. */
  from: string;
}

/** One connection to each owner, made when it is needed, and anew after it was dropped. */
export class OwnerConnections {
  #generation = 0;
  readonly #ports = new Map<string, Promise<Open>>();

  to(owner: KeyOwner): Promise<Open> {
    const { address } = owner.node.identity;
    let open = this.#ports.get(address);
    if (open === undefined) {
      open = this.open(owner);
      this.#ports.set(address, open);
      open.catch(() => this.#ports.delete(address));
    }
    return open;
  }

  drop({ node }: KeyOwner): void {
    const { address } = node.identity;
    closeWhenOpen(this.#ports.get(address));
    this.#ports.delete(address);
  }

  close(): void {
    for (const open of this.#ports.values()) closeWhenOpen(open);
    this.#ports.clear();
  }

  private async open({ node, slots }: KeyOwner): Promise<Open> {
    const port = await node.openBulk();
    try {
      // A member that was demoted under us would else answer reads from a copy.
      if (slots !== null) await port.call("READWRITE");
    } catch (error) {
      // A login that may not say it never said READONLY either.
      if (!(error instanceof ServerReplyError)) throw error;
    }
    return { port, from: `${node.identity.address} ${++this.#generation}` };
  }
}

function closeWhenOpen(open: Promise<Open> | undefined): void {
  open?.then(
    ({ port }) => port.close(),
    () => undefined,
  );
}
