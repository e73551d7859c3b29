import type { LockStore } from "../run-lock.js";
import { memcachedValue } from "../../../protocol/memcached-answer.js";
import type { MemcachedSideLine } from "../../../protocol/memcached-side-line.js";

const mostDropTries = 3;

/** `add` takes it; `cas` renews and drops it, so that one that another has taken meanwhile is left alone. */
export function memcachedLockStore(side: Pick<MemcachedSideLine, "ask">, key: string): LockStore {
  const isStored = async (command: string) => (await side.ask(command)).startsWith("STORED");
  const held = async () => {
    const answer = await side.ask(`gets ${key}`);
    const version = /^VALUE \S+ \d+ \d+ (\d+)\r\n/.exec(answer)?.[1];
    return version === undefined ? null : { token: memcachedValue(answer) ?? "", version };
  };
  const seconds = (ttlMs: number) => Math.max(1, Math.ceil(ttlMs / 1_000));
  const take = (token: string, ttlMs: number) => isStored(`add ${key} 0 ${seconds(ttlMs)} ${token.length}\r\n${token}`);
  return {
    take,
    renew: async (token, ttlMs) => {
      const now = await held();
      if (now === null) return take(token, ttlMs);
      if (now.token !== token) return false;
      return isStored(`cas ${key} 0 ${seconds(ttlMs)} ${token.length} ${now.version}\r\n${token}`);
    },
    drop: async (token) => {
      for (let tries = 0; tries < mostDropTries; tries++) {
        const now = await held();
        if (now?.token !== token) return;
        // An expiry in the past: the compare-and-delete that the protocol has no word for. Refused, when a renewal that was
        // still on its way came between.
        if (await isStored(`cas ${key} 0 -1 ${token.length} ${now.version}\r\n${token}`)) return;
      }
    },
    look: async () => ({ token: (await held())?.token ?? null, leftMs: null }),
  };
}
