import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { confirmAtTerminal } from "../../../src/cli/confirm.js";
import { interrupted } from "../../../src/cli/interrupted.js";

const never = new AbortController().signal;

function asked(signal: AbortSignal = never) {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, answer: confirmAtTerminal("Create the cluster?", { input, output }, signal) };
}

describe("a question before a change", () => {
  it.each(["y\n", "Y\n", "yes\n", " yes \n"])("takes %j for a yes", async (text) => {
    const { input, output, answer } = asked();
    input.write(text);
    await expect(answer).resolves.toBeUndefined();
    expect(String(output.read())).toContain("Create the cluster? [y/N] ");
  });

  it.each(["n\n", "\n", "yess\n", "no\n"])("takes %j for a no, which is a usage error", async (text) => {
    const { input, answer } = asked();
    input.write(text);
    await expect(answer).rejects.toMatchObject({
      kind: "usage",
      code: "not-confirmed",
      message: "not confirmed; nothing was changed",
    });
  });

  it("takes the end of the input for a no", async () => {
    const { input, answer } = asked();
    input.end();
    await expect(answer).rejects.toMatchObject({ code: "not-confirmed" });
  });

  it("names --yes where nobody can be asked", async () => {
    await expect(confirmAtTerminal("Sure?", null, never)).rejects.toMatchObject({
      kind: "usage",
      hint: expect.stringContaining("--yes") as string,
    });
  });

  it("ends as interrupted when a signal comes while it waits", async () => {
    const abort = new AbortController();
    const { answer } = asked(abort.signal);
    abort.abort(interrupted());
    await expect(answer).rejects.toMatchObject({ kind: "interrupted" });
  });
});
