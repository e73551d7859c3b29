import { describe, expect, it } from "vitest";
import { collectCapabilities, collectSentinelCapabilities } from "../../../src/collect/capabilities.js";
import type { Capability } from "../../../src/model/capability.js";
import { ConnectError, ServerReplyError } from "../../../src/model/errors.js";
import { portThatSays } from "./ports.js";

function of(capabilities: Capability[], command: string): Capability | undefined {
  return capabilities.find((capability) => capability.command === command);
}

describe("what a login may do", () => {
  it("is yes where it was answered, no where it was refused", async () => {
    const all = await collectCapabilities(portThatSays({ "INFO server": "# Server", "ACL WHOAMI": "ops" }));
    expect(of(all, "INFO")).toMatchObject({ allowed: "yes", reason: null });
    expect(of(all, "CONFIG GET")).toMatchObject({ allowed: "no" });
    expect(of(all, "CONFIG GET")?.reason).toContain("NOPERM");
  });

  it("is unknown where there is nothing to permit", async () => {
    const disabled = new ServerReplyError("CLUSTER NODES", "ERR This instance has cluster support disabled", "");
    const all = await collectCapabilities(portThatSays({ "CLUSTER NODES": disabled }));
    expect(of(all, "CLUSTER NODES")).toMatchObject({ allowed: "unknown" });
  });

  it("asks about writes without carrying one out", async () => {
    const port = portThatSays({ "ACL WHOAMI": "ops", "ACL DRYRUN": "OK" });
    const all = await collectCapabilities(port);
    expect(of(all, "CONFIG SET")).toMatchObject({ allowed: "yes" });
    expect(port.asked).toContain("ACL DRYRUN ops CONFIG SET maxmemory 0");
    expect(port.asked.filter((words) => /^(CONFIG SET|CONFIG REWRITE|SET|UNLINK)\b/.test(words))).toEqual([]);
  });

  it("is no where the rules say so, in the server's words", async () => {
    const says = "User ops has no permissions to run the 'unlink' command";
    const all = await collectCapabilities(portThatSays({ "ACL WHOAMI": "ops", "ACL DRYRUN": says }));
    expect(of(all, "UNLINK")).toMatchObject({ allowed: "no", reason: says });
  });

  it("is unknown for writes where the rules cannot be asked", async () => {
    const nobody = await collectCapabilities(portThatSays({}));
    expect(of(nobody, "SET")).toMatchObject({ allowed: "unknown" });
    const old = await collectCapabilities(portThatSays({ "ACL WHOAMI": "ops" }));
    expect(of(old, "SET")?.reason).toContain("7.0");
  });

  it("ends with the run", async () => {
    const aborted = new ConnectError("aborted", "interrupted", "");
    await expect(collectCapabilities(portThatSays({ INFO: aborted }))).rejects.toThrow("interrupted");
  });

  it("is asked of a Sentinel only for what a Sentinel has", async () => {
    const port = portThatSays({ INFO: "# Server", "SENTINEL MASTERS": [] });
    expect(await collectSentinelCapabilities(port)).toMatchObject([{ allowed: "yes" }, { allowed: "yes" }]);
    expect(port.asked).toEqual(["INFO server", "SENTINEL MASTERS"]);
  });
});
