import { CachectlError, ConnectError, ServerReplyError } from "../model/errors.js";
import { known, missing, type Fact, type Missing } from "../model/fact.js";

/**
 * Asks for one fact. A refusal, a silence or an unreadable answer becomes a missing fact with its reason, so that one
 * command never costs the others. Only an aborted run is thrown on.
 *
 * @param parse null means: the server answered, and has no such thing.
 */
export async function ask<R, T>(request: Promise<R>, parse: (reply: R) => T | null, absent: string): Promise<Fact<T>> {
  let reply: R;
  try {
    reply = await request;
  } catch (error) {
    return whyMissing(error);
  }
  const value = parse(reply);
  return value === null ? missing("not-supported", absent) : known(value);
}

/** What an error of the connection means for a fact. @throws whatever is not an error of a node */
export function whyMissing(error: unknown): Missing {
  if (error instanceof ConnectError && error.connectCause !== "aborted") return missing("unreachable", error.message);
  if (error instanceof ServerReplyError) return refused(error);
  if (error instanceof CachectlError && error.kind !== "interrupted") return missing("failed", error.message);
  throw error;
}

function refused({ message, replyCode }: ServerReplyError): Missing {
  if (replyCode === "NOPERM") return missing("not-permitted", `this login may not: ${message}`);
  // Redis has had these commands for years, so a server that does not know one has it renamed or blocked.
  if (/unknown command/i.test(message))
    return missing("not-permitted", `renamed, or blocked by a managed service: ${message}`);
  if (/unknown subcommand|support disabled|wrong number of arguments/i.test(message))
    return missing("not-supported", message);
  return missing("failed", message);
}
