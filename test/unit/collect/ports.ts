import { ServerReplyError } from "../../../src/model/errors.js";
import type { RedisPort, Reply } from "../../../src/model/node-port.js";

/** A port with these answers, by command and first argument; an Error is thrown. What is not listed is a refused command. */
export function portThatSays(answers: Record<string, Reply | Error>): RedisPort & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    greeting: { connectMs: 1.234, pingMs: 0.567, pingError: null },
    call(command, ...args) {
      asked.push([command, ...args].join(" "));
      const name = [command, args[0] ?? ""].join(" ").trim();
      const answer = answers[name] ?? answers[command];
      if (answer instanceof Error) return Promise.reject(answer);
      if (answer !== undefined) return Promise.resolve(answer);
      return Promise.reject(new ServerReplyError(name, "NOPERM no permissions", ""));
    },
  };
}
