import { describe, expect, it } from "vitest";
import { errorsRising } from "../../../../src/analyze/rules/errors-rising.js";
import { missing } from "../../../../src/model/fact.js";
import { explainServerError } from "../../../../src/model/server-errors.js";
import { redisNode, type Overrides } from "../../../support/facts.js";
import { judge } from "../../../support/judge.js";

const failing = (errors: Record<string, number>, over: Overrides = {}) =>
  judge(errorsRising, redisNode({ ...over, window: { errors, ...over.window } }));

const limitedLogin = { config: missing("not-permitted", "CONFIG is not permitted") };

describe("errors-rising", () => {
  it.each([
    ["OOM", "high"],
    ["CLUSTERDOWN", "high"],
    ["MISCONF", "high"],
    ["NOREPLICAS", "high"],
    ["BUSY", "high"],
    ["CROSSSLOT", "medium"],
    ["IOERR", "medium"],
    ["TRYAGAIN", "low"],
    ["BUSYKEY", "low"],
  ])("reports one %s as %s, with the error's own resolution", (code, priority) => {
    const { findings } = failing({ [code]: 1 });
    expect(findings).toMatchObject([{ priority, issue: `Clients are getting ${code} errors` }]);
    expect(findings[0]?.evidence).toContainEqual(expect.objectContaining({ fact: `errorstat_${code}`, value: 1 }));
    expect(findings[0]?.action).toBe(
      explainServerError(code)?.resolution ?? "Find the clients that get this error and read its text there.",
    );
  });

  it.each([
    ["READONLY", "CLIENT LIST"],
    ["NOAUTH", "CLIENT LIST"],
    ["WRONGPASS", "ACL LOG 10"],
    ["NOPERM", "ACL LOG 10"],
  ])("tells for %s how to find the client, instead of talking to it, with %s", (code, command) => {
    const { findings } = failing({ [code]: 1 });
    expect(findings).toMatchObject([{ priority: "medium", commands: [{ argv: command.split(" ") }] }]);
    expect(findings[0]?.action).not.toContain("profile");
  });

  it("makes one finding per code", () => {
    expect(failing({ OOM: 3, READONLY: 2 }).findings.map(({ priority }) => priority)).toEqual(["high", "medium"]);
  });

  it("leaves out what is normal in a cluster, has its own rule, or is the application's business", () => {
    expect(failing({ MOVED: 900, ASK: 5, LOADING: 2, ERR: 7, WRONGTYPE: 1 }).outcome).toBe("healthy");
  });

  it("does not take the refusals of its own limited login for those of clients", () => {
    expect(failing({ NOPERM: 40 }, limitedLogin).outcome).toBe("healthy");
    expect(failing({ NOPERM: 41 }, limitedLogin).findings).toMatchObject([{ priority: "medium" }]);
  });

  it("does not take the answers to its own probes of an orphaned replica for those of clients", () => {
    expect(failing({ MASTERDOWN: 40 }).outcome).toBe("healthy");
    expect(failing({ MASTERDOWN: 41 }).findings).toMatchObject([{ priority: "high" }]);
  });

  it("is history, and so information, since start", () => {
    expect(failing({ OOM: 1_000 }, { window: { basis: "since-start" } }).findings).toMatchObject([
      { priority: "info" },
    ]);
  });

  it("finds no errors healthy and a count that stayed too", () => {
    expect(failing({}).outcome).toBe("healthy");
    expect(failing({ OOM: 0 }).outcome).toBe("healthy");
  });

  it("does not apply where errors are not counted", () => {
    expect(judge(errorsRising, redisNode({ window: { errors: null } })).outcome).toBe("not-applicable");
  });

  it("cannot judge without INFO", () => {
    const denied = redisNode({ window: missing("not-permitted", "INFO is not permitted") });
    expect(judge(errorsRising, denied).outcome).toBe("cannot-judge");
  });
});
