import { Secret } from "../model/secret.js";
import { errorCode, ProfileError } from "./profile-error.js";
import type { RunCommand } from "./run-command.js";
import type { SecretSource } from "./secret-source.js";

export interface SecretDeps {
  env: Readonly<Record<string, string | undefined>>;
  /** UTF-8 text of a file. */
  readFile: (path: string) => Promise<string>;
  runCommand: RunCommand;
  /** Asks at the terminal without echo; null where there is no terminal. */
  prompt: ((label: string) => Promise<string>) | null;
  signal?: AbortSignal | undefined;
}

/** Whose secret it is, for errors and prompts. `field` is the path in the profile, such as `sentinelAuth.password`. */
export interface SecretOwner {
  profile: string;
  field: string;
}

// Unlocking a password store may need a hardware key to be touched; longer than this nobody is there.
const commandTimeoutMs = 30_000;

/**
 * Fetches secrets, a command only once per run however many profiles share it.
 *
 * @throws ProfileError `secret-unavailable`, naming profile, field and the way out; never the secret, nor anything that a
 * command printed or was given as an argument.
 */
export class SecretResolver {
  private readonly commands = new Map<string, Promise<string>>();

  constructor(private readonly deps: SecretDeps) {}

  async resolve(source: SecretSource, owner: SecretOwner): Promise<Secret> {
    if (source.kind === "literal") return source.secret;
    const text = await this.read(source, owner);
    if (text === "") throw emptySecret(source, owner);
    return new Secret(text);
  }

  private read(source: Exclude<SecretSource, { kind: "literal" }>, owner: SecretOwner): string | Promise<string> {
    switch (source.kind) {
      case "env":
        return this.fromEnvironment(source.name, owner);
      case "file":
        return this.fromFile(source.path, owner);
      case "command":
        return this.fromCommand(source, owner);
      case "prompt":
        return this.fromPrompt(owner);
    }
  }

  private fromEnvironment(name: string, owner: SecretOwner): string {
    const value = this.deps.env[name];
    if (value !== undefined) return value;
    throw unavailable(owner, `the environment variable ${name} is not set`, `Export ${name} before running cachectl.`);
  }

  private async fromFile(path: string, owner: SecretOwner): Promise<string> {
    try {
      return withoutLastNewline(await this.deps.readFile(path));
    } catch (error) {
      throw unavailable(
        owner,
        `the file ${path} cannot be read (${errorCode(error)})`,
        "Check that the file exists and that this user may read it.",
      );
    }
  }

  private async fromCommand(source: Extract<SecretSource, { kind: "command" }>, owner: SecretOwner): Promise<string> {
    const key = JSON.stringify([source.directory, ...source.argv]);
    const running = this.commands.get(key) ?? this.run(source);
    this.commands.set(key, running);
    try {
      return await running;
    } catch (error) {
      this.deps.signal?.throwIfAborted();
      const reason = error instanceof CommandFailure ? error.message : `could not be started (${errorCode(error)})`;
      const hint = `Run ${source.argv[0]} by hand in ${source.directory} and see why; it must print the secret and exit with 0.`;
      throw unavailable(owner, `the command ${source.argv[0]} ${reason}`, hint);
    }
  }

  private async run({ argv, directory }: Extract<SecretSource, { kind: "command" }>): Promise<string> {
    const { signal } = this.deps;
    const outcome = await this.deps.runCommand(argv, { directory, timeoutMs: commandTimeoutMs, signal });
    signal?.throwIfAborted();
    if (outcome.stopped === "deadline")
      throw new CommandFailure(`gave no answer within ${commandTimeoutMs / 1_000} seconds`);
    if (outcome.stopped === "output") throw new CommandFailure("printed far more than a secret");
    if (outcome.exitCode === null) throw new CommandFailure("was stopped by a signal");
    if (outcome.exitCode !== 0) throw new CommandFailure(`failed with exit code ${outcome.exitCode}`);
    return withoutLastNewline(outcome.stdout);
  }

  private async fromPrompt(owner: SecretOwner): Promise<string> {
    if (this.deps.prompt === null)
      throw unavailable(
        owner,
        "it is to be asked for, but there is no terminal",
        "Run at a terminal, or use { env: NAME }, { file: PATH } or { command: [...] } (for a URL: CACHECTL_PASSWORD).",
      );
    return this.deps.prompt(`${owner.field} of ${owner.profile}`);
  }
}

/** Never leaves this file: an error of `spawn` carries the arguments, so its own text is not passed on. */
class CommandFailure extends Error {}

function unavailable({ profile, field }: SecretOwner, reason: string, hint: string): ProfileError {
  return new ProfileError("secret-unavailable", `profile ${profile}: no ${field}: ${reason}`, hint);
}

function emptySecret(source: SecretSource, owner: SecretOwner): ProfileError {
  if (source.kind === "prompt") return unavailable(owner, "the answer is empty", "Run the command again and type it.");
  return unavailable(owner, `${emptySource(source)} is empty`, "Put the secret there.");
}

function emptySource(source: SecretSource): string {
  if (source.kind === "env") return `the environment variable ${source.name}`;
  if (source.kind === "file") return `the file ${source.path}`;
  return source.kind === "command" ? `the output of ${source.argv[0]}` : "the secret";
}

function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}
