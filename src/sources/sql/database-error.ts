import { CachectlError } from "../../model/errors.js";
import { printableText } from "../source-errors.js";

/** What kind of failure a driver's error is. */
export type DatabaseFailure = "query" | "login" | "connection" | "timeout";

/** A driver's error as one of ours. What the server said is kept; a driver never puts the password into its message. */
export function databaseError(failure: DatabaseFailure, name: string, error: unknown): CachectlError {
  if (error instanceof CachectlError) return error;
  const said = printableText(messageOf(error));
  const [kind, code, message, hint] = sentences[failure](name, said);
  return new CachectlError(kind, code, message, hint, error);
}

type Sentence = [kind: "usage" | "unreached", code: string, message: string, hint: string];

const sentences: Record<DatabaseFailure, (name: string, said: string) => Sentence> = {
  query: (name, said) => [
    "usage",
    "query-refused",
    `the ${name} was refused: ${said}`,
    "Try the query in the database's own client, as the same user. It runs in a read-only transaction.",
  ],
  login: (name, said) => [
    "unreached",
    "source-login",
    `the server of the ${name} refuses the login: ${said}`,
    "Check user, password and database of the source, and the server's access rules.",
  ],
  connection: (name, said) => [
    "unreached",
    "source-unreachable",
    `the connection of the ${name} failed: ${said}`,
    "Check that the server runs and can be reached from here, then run it again.",
  ],
  timeout: (name, said) => [
    "unreached",
    "source-timeout",
    `the ${name} took too long: ${said}`,
    "Give it an index or a larger statementTimeout.",
  ],
};

/** The code of an error of Node or of a driver; empty when it has none. */
export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  // Node tries several addresses of a name, and tells of all in one error without a message.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
