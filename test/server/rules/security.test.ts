import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAtLeast } from "../../../src/model/version-number.js";
import { findingOf, measured, outcomeOf } from "../../support/live-verdict.js";
import { carryOut } from "../../support/live.js";
import { releases, RespConnection, startRedis, usingServers } from "../../support/servers/index.js";

usingServers();

const password = "a-new-password";

describe.each(await releases())("$name", ({ name: release }) => {
  it("default-user-unrestricted: a fresh server on loopback, until it has a password", async () => {
    const server = await startRedis({ release });
    const finding = await findingOf(server, "default-user-unrestricted");
    expect(finding.priority).toBe("low");
    expect(measured(finding)).toEqual({ "default user": "on nopass ~* +@all", bind: "127.0.0.1" });
    await carryOut(finding, undefined, password);
    await expect(new RespConnection(server.port).call("GET", "key")).rejects.toMatchObject({ replyCode: "NOAUTH" });
    expect(await outcomeOf(server, "default-user-unrestricted", { password })).toBe("healthy");
  });

  it("open-to-the-network: every interface without a password, until it has one", async () => {
    // For a moment, and holding nothing.
    const server = await startRedis({ release, config: { bind: "0.0.0.0", "protected-mode": "no" } });
    const finding = await findingOf(server, "open-to-the-network");
    expect(finding.priority).toBe("critical");
    expect(measured(finding)).toEqual({ bind: "0.0.0.0", "protected-mode": "no", "default user": "nopass" });
    await carryOut(finding, undefined, password);
    await expect(new RespConnection(server.port).call("GET", "key")).rejects.toMatchObject({ replyCode: "NOAUTH" });
    expect(await outcomeOf(server, "open-to-the-network", { password })).toBe("healthy");
  });
});

// These switches exist from 7.0 on.
const withSwitches = (await releases()).filter(({ version }) => isAtLeast(version, "7.0"));

describe.each(withSwitches)("debug-or-module-commands-enabled on $name", ({ name: release }) => {
  it("sees DEBUG switched on, until it is off in the file and the server is restarted", async () => {
    const server = await startRedis({ release, configFile: true, config: { "enable-debug-command": "yes" } });
    const finding = await findingOf(server, "debug-or-module-commands-enabled");
    expect(finding.priority).toBe("medium");
    expect(measured(finding)).toEqual({ "enable-debug-command": "yes" });
    await carryOut(finding);
    const file = join(server.dir, "server.conf");
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace("enable-debug-command yes", "enable-debug-command no"),
    );
    await server.restart();
    expect(await outcomeOf(server, "debug-or-module-commands-enabled")).toBe("healthy");
  });
});

// Refused logins are counted from 7.2 on.
const countingLogins = withSwitches.filter(({ version }) => isAtLeast(version, "7.2"));

describe.each(countingLogins)("auth-failures on $name", ({ name: release }) => {
  it("sees logins with a wrong password, until they use the right one", async () => {
    const server = await startRedis({ release, config: { requirepass: password } });
    const logIn = (given: string) => async () => {
      const client = new RespConnection(server.port);
      await Promise.allSettled([client.call("AUTH", given), client.call("AUTH", given)]);
      client.close();
    };
    const finding = await findingOf(server, "auth-failures", { password, during: logIn("wrong") });
    expect(finding.priority).toBe("high");
    expect(measured(finding)["acl_access_denied_auth"]).toBe(2);
    await carryOut(finding, password);
    expect(await outcomeOf(server, "auth-failures", { password, during: logIn(password) })).toBe("healthy");
  });
});
