import { explainConfigRefusal } from "../../model/config-refusal.js";
import { CachectlError, ServerReplyError } from "../../model/errors.js";
import { redisEvictionSettings } from "../../model/eviction-settings.js";
import type { FleetNode, Reply } from "../../model/node-port.js";
import { textMap } from "../../protocol/replies.js";
import type { SettingsPort } from "./settings-port.js";

/**
 * CONFIG GET, SET and REWRITE of a Redis or Valkey node. Settings are set one by one: only 7.0 takes several at once, and then
 * the caller's order would be lost.
 */
export function redisSettingsPort(node: FleetNode): SettingsPort {
  return {
    read: async () => redisEvictionSettings(textMap(await config(node, "GET", "*"))),
    write: async (name, value) => {
      await config(node, "SET", name, value);
    },
    persist: async () => {
      try {
        await config(node, "REWRITE");
        return null;
      } catch (error) {
        if (!(error instanceof CachectlError) || error.kind === "unreached") throw error;
        return `CONFIG REWRITE was refused: ${error.message}`;
      }
    },
  };
}

/** Over a connection of its own: one that met its timeout answers nothing any more, and what was set has to be put back. */
async function config(node: FleetNode, ...args: string[]): Promise<Reply> {
  const port = await node.openBulk();
  try {
    // Texts, lists and numbers: an error reply has been thrown.
    return (await port.call("CONFIG", ...args)) as Reply;
  } catch (error) {
    if (!(error instanceof ServerReplyError)) throw error;
    const { kind, message, hint } = explainConfigRefusal(error.message, node.identity.address);
    throw new CachectlError("change", `config-refused-${kind}`, message, hint, error);
  } finally {
    port.close();
  }
}
