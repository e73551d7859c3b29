import { ReplyError } from "../../model/node-port.js";
import type { KeyRouter } from "./key-router.js";

/**
 * Which of the places a tag may be kept in are there: `candidates` whose key has the type that it must have. Read-only.
 *
 * @throws nothing; a place that nobody could look at is in `unknown`, as a clause
 */
export async function findPlaces<T extends { name: string; type: string }>(
  router: KeyRouter,
  candidates: readonly T[],
): Promise<{ found: T[]; others: string[]; unknown: string | null }> {
  const replies = await router.run(candidates.map(({ name }) => [name, ["TYPE", name]] as const));
  const refused = replies.find((reply) => reply instanceof ReplyError);
  return {
    found: candidates.filter(({ type }, index) => replies[index] === type),
    others: candidates.flatMap(({ type }, index) => {
      const reply = replies[index];
      return typeof reply === "string" && reply !== "none" && reply !== type ? [reply] : [];
    }),
    unknown: refused instanceof ReplyError ? refused.text : null,
  };
}
