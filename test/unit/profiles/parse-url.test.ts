import { describe, expect, it } from "vitest";
import { canonicalUrl } from "../../../src/profiles/canonical-url.js";
import { parseUrl } from "../../../src/profiles/parse-url.js";
import { selectionWords } from "../../../src/profiles/selection-words.js";
import { redactUrl, targetFromUrl } from "../../../src/profiles/url-target.js";

function parsed(text: string) {
  const result = parseUrl(text);
  if (!result.ok) throw new Error(result.reason);
  return result.url;
}

describe("parse-url", () => {
  it.each([
    ["redis://h", "standalone", "redis://h:6379"],
    ["REDIS://h/", "standalone", "redis://h:6379"],
    ["redis://h:1/2", "standalone", "redis://h:1/2"],
    ["valkey://h", "standalone", "redis://h:6379"],
    ["rediss://h", "standalone", "rediss://h:6379"],
    ["valkeys://[::1]:7000", "standalone", "rediss://[::1]:7000"],
    ["redis+sentinel://h1:5000,h2,h3/mymaster", "sentinel", "redis+sentinel://h1:5000,h2:26379,h3:26379/mymaster"],
    ["valkey+sentinel://h1/m/2", "sentinel", "redis+sentinel://h1:26379/m/2"],
    ["rediss+sentinel://h1", "sentinel", "rediss+sentinel://h1:26379"],
    ["redis+sentinel://h1//4", "sentinel", "redis+sentinel://h1:26379//4"],
    ["redis+cluster://h1,h2:7001", "cluster", "redis+cluster://h1:6379,h2:7001"],
    ["valkeys+cluster://h1", "cluster", "rediss+cluster://h1:6379"],
    ["memcached://h1,[::1]", "memcached", "memcached://h1:11211,[::1]:11211"],
    ["redis+unix:///run/r%20s.sock?db=2", "standalone", "redis+unix:///run/r s.sock?db=2"],
    ["valkey+unix:///run/v.sock", "standalone", "redis+unix:///run/v.sock"],
  ])("reads %s", (text, kind, canonical) => {
    expect(parsed(text).kind).toBe(kind);
    expect(canonicalUrl(parsed(text))).toBe(canonical);
  });

  it("decodes the user name and the password, which may hold @, / and # as they are", () => {
    const url = parsed("redis://o%40ps:p@s/s#%3Aw@h:1/2");
    expect(url).toMatchObject({ username: "o@ps", seeds: [{ host: "h", port: 1 }], database: 2 });
    expect(url.password?.reveal()).toBe("p@s/s#:w");
  });

  it("takes an empty password for none", () => {
    expect(parsed("redis://ops:@h")).toMatchObject({ username: "ops", password: null });
    expect(parsed("redis://:pw@h")).toMatchObject({ username: null });
  });

  it.each([
    ["h:1", "starts with a scheme"],
    ["redsi://h", "did you mean redis://"],
    ["http://h", "known are redis://"],
    ["constructor://h", "unknown"],
    ["redis://", "be host:port"],
    ["redis://h:0", "port from 1 to 65535"],
    ["redis://h:65536", "port from 1 to 65535"],
    ["redis://::1:6379", "brackets"],
    ["redis://[::g]:1", "be host:port"],
    ["redis://h1,h2", "redis+cluster://"],
    ["redis://h/x", "database number"],
    ["redis://h/1/2", "database number"],
    ["redis+sentinel://h/m/x", "database number"],
    ["redis+cluster://h/1", "nothing after the hosts"],
    ["memcached://h/1", "nothing after the hosts"],
    ["redis+cluster://h1,,h2", "be host:port"],
    ["redis://h?db=1", "parameters"],
    ["redis+unix://run/r.sock", "whole path"],
    ["redis+unix:///r.sock?database=1", "?db=NUMBER"],
    ["redis://%zz@h", "%25"],
  ])("refuses %s", (text, reason) => {
    const result = parseUrl(text);
    expect(result.ok ? "accepted" : result.reason).toContain(reason);
  });
});

describe("selection words", () => {
  it.each([
    ["prod-*,sessions", ["prod-*", "sessions"]],
    ["a, redis+cluster://h1,h2,memcached://h3,h4", ["a", "redis+cluster://h1,h2", "memcached://h3,h4"]],
    ["h:6379", ["redis://h:6379"]],
    ["h:11211", ["memcached://h:11211"]],
    ["[::1]:7000,default", ["redis://[::1]:7000", "default"]],
    ["u:p@h:1", ["redis://u:p@h:1"]],
    ["h:x", ["redis://h:x"]],
    ["", []],
    [" , ", []],
  ])("splits %j", (list, texts) => {
    expect(selectionWords(list).map(({ text }) => text)).toEqual(texts);
  });
});

describe("url targets", () => {
  const target = (text: string, env: Record<string, string> = {}) => targetFromUrl(text, { env, from: "command line" });

  it("names a single server by its address and the others by their URL", () => {
    expect(target("redis://h").name).toBe("h:6379");
    expect(target("redis://ops@h/2", { CACHECTL_PASSWORD: "x" }).name).toBe("h:6379/2");
    expect(target("redis+unix:///r.sock").name).toBe("unix:/r.sock");
    expect(target("valkey+sentinel://h/m").name).toBe("redis+sentinel://h:26379/m");
  });

  it("logs in with CACHECTL_USERNAME and CACHECTL_PASSWORD; the URL's user name wins", () => {
    const env = { CACHECTL_USERNAME: "env-user", CACHECTL_PASSWORD: "x" };
    const password = { kind: "env", name: "CACHECTL_PASSWORD" };
    expect(target("redis://h", env).spec.login).toEqual({ username: "env-user", password });
    expect(target("redis://ops@h", env).spec.login).toEqual({ username: "ops", password });
    expect(target("redis://h").spec.login).toBeNull();
  });

  it("asks for the password of a user name that comes without one", () => {
    expect(target("redis://ops@h").spec.login).toEqual({ username: "ops", password: { kind: "prompt" } });
  });

  it("does not send a bare password to Memcached, which has no login without a user", () => {
    expect(target("memcached://h", { CACHECTL_PASSWORD: "x" }).spec.login).toBeNull();
    expect(target("memcached://u@h", { CACHECTL_PASSWORD: "x" }).spec.login).toMatchObject({ username: "u" });
  });

  it("asks the Sentinels by TLS too for rediss+sentinel", () => {
    expect(target("rediss+sentinel://h").spec).toMatchObject({ sentinelTls: true, tls: { insecure: false } });
    expect(target("rediss://h").spec.sentinelTls).toBe(false);
  });

  it("refuses a password on the command line, says what to use, and does not repeat it", () => {
    try {
      target("redis://ops:hunter2@h");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "url-password", kind: "profile" });
      expect(error).toHaveProperty("hint", expect.stringContaining("CACHECTL_PASSWORD"));
      expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
    }
  });

  it.each(["redis://u:hunter2@h:x", "nope://u:hunter2@h", "redis://h?password=hunter2", "u:hunter2@h", "h:hunter2@"])(
    "does not repeat the password of the unusable %s",
    (text) => {
      const [word] = selectionWords(text);
      expect(() => target(word?.text ?? "")).toThrow(expect.not.stringContaining("hunter2"));
    },
  );

  it("redacts login and parameters", () => {
    expect(redactUrl("redis://u:p@s@h:1/2?x=y")).toBe("redis://[login]@h:1/2?…");
  });
});
