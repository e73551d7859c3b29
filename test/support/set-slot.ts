import { GiveUp } from "../../src/demo/wait-until.js";
import { ServerReplyError } from "../../src/model/errors.js";
import { waitUntil, type RedisServer } from "./servers/index.js";

/** CLUSTER SETSLOT, again while Valkey refuses it for the moment: NOREPLICAS, until a replica that was held up has answered. */
export async function setSlotPatiently(node: RedisServer, slot: number, ...state: string[]): Promise<void> {
  const isSet = () =>
    node.call("CLUSTER", "SETSLOT", String(slot), ...state).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ServerReplyError && error.message.includes("NOREPLICAS")) return false;
        throw new GiveUp(error as Error);
      },
    );
  await waitUntil(isSet, { what: `SETSLOT ${slot} ${state.join(" ")}`, timeoutMs: 15_000, everyMs: 50 });
}
