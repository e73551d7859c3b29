import { setTimeout as wait } from "node:timers/promises";
import { CachectlError } from "../../model/errors.js";
import { memcachedEvictionSettings } from "../../model/eviction-settings.js";
import type { FleetNode } from "../../model/node-port.js";
import { memcachedLine } from "../../protocol/memcached-line.js";
import type { SettingsPort } from "./settings-port.js";

/** `stats settings` and the commands of Memcached's text protocol that change them. Nothing of it survives a restart. */
export function memcachedSettingsPort(node: FleetNode): SettingsPort {
  return {
    read: async () => memcachedEvictionSettings(await (await node.openMemcached()).stats("settings")),
    write: async (name, value) => {
      const command = memcachedCommand(name, value);
      const answer = await memcachedLine(node, command);
      if (answer === "OK") return untilShown(node, name, value);
      throw new CachectlError(
        "change",
        "memcached-refused",
        `${command} was answered with ${answer === "" ? "nothing" : answer}`,
        answer === "ERROR"
          ? "A managed service may have taken the command away: use its parameter group."
          : "See the server's start options.",
      );
    },
    persist: () => Promise.resolve("Memcached keeps no settings over a restart: put them into its start options"),
  };
}

const looks = 20;
const betweenLooksMs = 100;

/**
 * The crawler's thread notes that it runs, or does not, when it comes to it, some time after the OK. Whether the value is in
 * force is for the caller to judge: this only gives it two seconds.
 */
async function untilShown(node: FleetNode, name: string, value: string): Promise<void> {
  if (name !== "lru_crawler") return;
  for (let look = 0; look < looks; look++) {
    const settings = memcachedEvictionSettings(await (await node.openMemcached()).stats("settings"));
    if (settings[name] === value) return;
    await wait(betweenLooksMs);
  }
}

/** The line that gives a setting this value. */
function memcachedCommand(name: string, value: string): string {
  if (name === "lru_crawler") return `lru_crawler ${value === "on" ? "enable" : "disable"}`;
  if (name === "lru temp_ttl") return `lru temp_ttl ${value === "off" ? "-1" : value}`;
  return `${name} ${value.replaceAll(",", " ")}`;
}
