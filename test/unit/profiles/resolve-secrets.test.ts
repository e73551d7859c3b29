import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/model/secret.js";
import { runCommand } from "../../../src/profiles/run-command.js";
import { SecretResolver, type SecretDeps } from "../../../src/profiles/resolve-secrets.js";
import { describeSecretSource, type SecretSource } from "../../../src/profiles/secret-source.js";

const owner = { profile: "prod", field: "sentinelAuth.password" };

function resolver(deps: Partial<SecretDeps> = {}) {
  return new SecretResolver({
    env: {},
    readFile: () => Promise.reject(Object.assign(new Error("gone"), { code: "ENOENT" })),
    runCommand,
    prompt: null,
    ...deps,
  });
}

const command = (...argv: [string, ...string[]]): SecretSource => ({ kind: "command", argv, directory: "/" });
const node = (script: string) => command(process.execPath, "-e", script);

async function failure(source: SecretSource, deps: Partial<SecretDeps> = {}) {
  const error: unknown = await resolver(deps)
    .resolve(source, owner)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: "profile", code: "secret-unavailable" });
  return error as Error & { hint: string };
}

describe("resolve-secrets", () => {
  it.each([
    ["the environment", { kind: "env", name: "P" } as const, { env: { P: "s3cret " } }, "s3cret "],
    [
      "a file, without its last newline",
      { kind: "file", path: "/f" } as const,
      { readFile: () => Promise.resolve("a\n\r\n") },
      "a\n",
    ],
    ["a command, without its last newline", node('console.log("from command")'), {}, "from command"],
    [
      "the terminal",
      { kind: "prompt" } as const,
      { prompt: (label: string) => Promise.resolve(`<${label}>`) },
      "<sentinelAuth.password of prod>",
    ],
    ["the profile itself", { kind: "literal", secret: new Secret("lit") } as const, {}, "lit"],
  ])("takes a secret from %s", async (_, source, deps, text) => {
    expect((await resolver(deps).resolve(source, owner)).reveal()).toBe(text);
  });

  it.each([
    ["a missing variable", { kind: "env", name: "NOPE" } as const, {}, "NOPE is not set"],
    ["an empty variable", { kind: "env", name: "P" } as const, { env: { P: "" } }, "P is empty"],
    ["a missing file", { kind: "file", path: "/nope" } as const, {}, "/nope cannot be read (ENOENT)"],
    ["no terminal", { kind: "prompt" } as const, {}, "there is no terminal"],
    ["a missing program", command("/nonexistent/program", "hunter2"), {}, "could not be started (ENOENT)"],
    ["a failing command", node('console.log("hunter2"); process.exit(3)'), {}, "failed with exit code 3"],
    ["a silent command", node(""), {}, "is empty"],
    [
      "a command that prints without end",
      node('setInterval(() => console.log("hunter2".repeat(9999)), 1)'),
      {},
      "far more than a secret",
    ],
  ])("names profile, field and a way out for %s", async (_, source, deps, text) => {
    const error = await failure(source, deps);
    expect(error.message).toContain("profile prod: no sentinelAuth.password");
    expect(error.message).toContain(text);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
  });

  it("does not wait for a command beyond its deadline, not even for its children", async () => {
    const startedAt = performance.now();
    const outcome = await runCommand(["sh", "-c", "sleep 3 & sleep 3"], { directory: "/", timeoutMs: 100 });
    expect(outcome).toMatchObject({ exitCode: null, stopped: "deadline" });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("stops a command when the run is aborted", async () => {
    const controller = new AbortController();
    const waiting = resolver({ signal: controller.signal }).resolve(node("setInterval(() => {}, 1000)"), owner);
    controller.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  it("says so when a command gives no answer in time", async () => {
    const late = () => Promise.resolve({ exitCode: null, stdout: "", stopped: "deadline" as const });
    expect((await failure(command("pass"), { runCommand: late })).message).toContain("no answer within 30 seconds");
  });

  it("runs a command that several profiles share only once", async () => {
    let runs = 0;
    const shared = resolver({
      runCommand: () => Promise.resolve({ exitCode: 0, stdout: `run ${++runs}\n`, stopped: null }),
    });
    const secrets = [await shared.resolve(command("pass"), owner), await shared.resolve(command("pass"), owner)];
    expect(secrets.map((secret) => secret.reveal())).toEqual(["run 1", "run 1"]);
    expect((await shared.resolve(command("pass", "other"), owner)).reveal()).toBe("run 2");
  });
});

describe("describe secret source", () => {
  it.each([
    [{ kind: "env", name: "P" } as const, "from $P"],
    [{ kind: "file", path: "/f" } as const, "from the file /f"],
    [command("pass", "hunter2"), "from the command pass"],
    [{ kind: "prompt" } as const, "asked for at the terminal"],
    [{ kind: "literal", secret: new Secret("hunter2") } as const, "[secret] (written in the profile)"],
  ])("%#: tells where from, and no more", (source, text) => {
    expect(describeSecretSource(source)).toBe(text);
  });
});
