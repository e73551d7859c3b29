import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Profile } from "../../../src/model/profile.js";
import { describeProfile } from "../../../src/profiles/describe-profile.js";
import { ProfileError } from "../../../src/profiles/profile-error.js";
import {
  loadProfiles,
  selectTargets,
  type ProfileDeps,
  type ProfileSelection,
} from "../../../src/profiles/select-profiles.js";
import { depsIn, directoryWith, selection } from "./support.js";

const standalone = (extra = "") => `kind: standalone\nhost: h\n${extra}`;

const files = {
  "profiles/prod-a.yaml": standalone("labels: { env: prod, team: a }"),
  "profiles/prod-b.yml": standalone("labels: { env: prod, team: b }\nprotected: true"),
  "profiles/sessions.yaml": standalone("labels: { env: dev }"),
  "profiles/all-prod.yaml": "kind: fleet\nmembers: [prod-*]\n",
  "profiles/everything.yaml": "kind: fleet\nmembers: [all-prod, '*']\nselect: { env: dev }\n",
};

async function names(cwd: string, wanted: Partial<ProfileSelection>, deps: Partial<ProfileDeps> = {}) {
  const { profiles } = await loadProfiles(selection(wanted), depsIn(cwd, deps));
  return profiles.map(({ identity }) => identity.name);
}

async function failure(cwd: string, wanted: Partial<ProfileSelection>, deps: Partial<ProfileDeps> = {}) {
  const error: unknown = await loadProfiles(selection(wanted), depsIn(cwd, deps)).catch((reason: unknown) => reason);
  if (!(error instanceof ProfileError)) throw new Error(`not a ProfileError: ${inspect(error)}`);
  expect(error.kind).toBe("profile");
  expect(error.hint).not.toBe("");
  return error;
}

describe("what is selected", () => {
  it.each([
    [{ profiles: ["sessions"] }, ["sessions"]],
    [{ profiles: ["prod-*"] }, ["prod-a", "prod-b"]],
    [{ profiles: ["sessions,prod-?"] }, ["sessions", "prod-a", "prod-b"]],
    [{ profiles: ["prod-a", "prod-*"], targets: ["prod-a"] }, ["prod-a", "prod-b"]],
    [{ profiles: ["all-prod"] }, ["prod-a", "prod-b"]],
    [{ profiles: ["everything", "all-prod"] }, ["prod-a", "prod-b", "sessions"]],
    [{ labels: { env: "prod" } }, ["prod-a", "prod-b"]],
    [{ labels: { env: "prod", team: "b" } }, ["prod-b"]],
    [{ profiles: ["everything"], labels: { team: "a" } }, ["prod-a"]],
    [{ targets: ["h1:7000", "memcached://m"], profiles: ["sessions"] }, ["sessions", "h1:7000", "memcached://m:11211"]],
    [{ targets: ["redis://h", "valkey://h:6379", "rediss://h"] }, ["h:6379", "h:6379 (2)"]],
  ])("%j", async (wanted, expected) => {
    expect(await names(await directoryWith(files), wanted)).toEqual(expected);
  });

  it("takes CACHECTL_PROFILE when nothing is selected, else `default`, else the local server", async () => {
    const cwd = await directoryWith({ ...files, "profiles/default.yaml": standalone() });
    expect(await names(cwd, {}, { env: { CACHECTL_PROFILE: "prod-*" } })).toEqual(["prod-a", "prod-b"]);
    expect(await names(cwd, { targets: ["x:1"] }, { env: { CACHECTL_PROFILE: "prod-*" } })).toEqual(["x:1"]);
    expect(await names(cwd, {})).toEqual(["default"]);
    const { profiles } = await loadProfiles(selection(), depsIn(await directoryWith()));
    expect(profiles).toMatchObject([
      { identity: { name: "local" }, source: "url", seeds: [{ host: "127.0.0.1", port: 6379 }] },
    ]);
  });

  it("looks in the directory asked for, else ./profiles, else the user's own", async () => {
    const cwd = await directoryWith({
      "profiles/here.yaml": standalone(),
      "elsewhere/there.yaml": standalone(),
      "home/.config/cachectl/profiles/own.yaml": standalone(),
      "xdg/cachectl/profiles/xdg.yaml": standalone(),
    });
    const any = { profiles: ["*"] };
    expect(await names(cwd, { ...any, profilesDirectory: "elsewhere" })).toEqual(["there"]);
    expect(await names(cwd, any)).toEqual(["here"]);
    const outside = join(cwd, "elsewhere");
    expect(await names(outside, any, { home: join(cwd, "home") })).toEqual(["own"]);
    expect(await names(outside, any, { env: { XDG_CONFIG_HOME: join(cwd, "xdg") } })).toEqual(["xdg"]);
  });

  it("passes by a ./profiles that holds no profile", async () => {
    const cwd = await directoryWith({
      "profiles/readme.txt": "x",
      "home/.config/cachectl/profiles/own.yaml": standalone(),
    });
    expect(await names(cwd, { profiles: ["own"] })).toEqual(["own"]);
  });

  it("puts flags before the file", async () => {
    const cwd = await directoryWith({
      "profiles/p.yaml": standalone("username: u\npassword: pw\ndatabase: 1\ntimeouts: { connect: 1s, command: 9s }"),
    });
    const overrides = { connectMs: 77, username: "flag", database: 5, discover: false };
    const { profiles } = await loadProfiles(selection({ profiles: ["p"], overrides }), depsIn(cwd));
    expect(profiles).toMatchObject([
      { timeouts: { connectMs: 77, commandMs: 9000 }, credentials: { username: "flag" }, database: 5, discover: false },
    ]);
  });

  it("asks for the password of a user name that a flag brought", async () => {
    const wanted = { targets: ["redis://h"], overrides: { username: "ops" } };
    const prompt = (label: string) => Promise.resolve(`typed for ${label}`);
    const { profiles } = await loadProfiles(selection(wanted), depsIn(await directoryWith(), { prompt }));
    expect(profiles[0]?.credentials?.password.reveal()).toBe("typed for password of h:6379");
    expect((await failure("/", wanted)).hint).toContain("CACHECTL_PASSWORD");
  });

  it("sends the exported password with the user name of a flag", async () => {
    const wanted = { targets: ["memcached://m", "redis://u@h"], overrides: { username: "ops" } };
    const { profiles } = await loadProfiles(selection(wanted), depsIn("/", { env: { CACHECTL_PASSWORD: "s3cret" } }));
    expect(profiles.map(({ credentials }) => [credentials?.username, credentials?.password.reveal()])).toEqual([
      ["ops", "s3cret"],
      ["ops", "s3cret"],
    ]);
  });

  it("carries what the rules need in the identity", async () => {
    const cwd = await directoryWith(files);
    const { profiles } = await loadProfiles(selection({ profiles: ["prod-b"] }), depsIn(cwd));
    expect(profiles[0]?.identity).toEqual({
      name: "prod-b",
      kind: "standalone",
      role: null,
      labels: { env: "prod", team: "b" },
      protected: true,
      thresholds: {},
      ignore: [],
    });
    expect(profiles[0]?.source).toBe(join(cwd, "profiles/prod-b.yml"));
  });
});

describe("what cannot be selected", () => {
  it("suggests the nearest name and says where it looked", async () => {
    const error = await failure(await directoryWith(files), { profiles: ["sesions,nope-*"] });
    expect(error).toMatchObject({ code: "profile-not-found" });
    expect(error.message).toBe(
      "there is no profile `sesions` (did you mean `sessions`?); no profile matches `nope-*`; looked in profiles",
    );
    expect(error.hint).toContain("prod-a");
  });

  it.each([
    [{ labels: { env: "test" } }, "nothing-selected"],
    [{ labels: { env: "prod" }, targets: ["redis://h"] }, "nothing-selected"],
    [{ profiles: ["x"], profilesDirectory: "missing" }, "profiles-directory-missing"],
    [{ profilesDirectory: "missing" }, "profiles-directory-missing"],
    [{ targets: ["memcached://h"], overrides: { database: 1 } }, "override-not-applicable"],
    [{ targets: ["redis://h:x"] }, "url-invalid"],
    [{ profiles: [""] }, "nothing-selected"],
    [{ targets: ["redis://u:p@h"] }, "url-password"],
  ])("%j: %s", async (wanted, code) => {
    expect(await failure(await directoryWith(files), wanted)).toMatchObject({ code });
  });

  it("accepts a password in a URL of the environment, which other users do not see", async () => {
    const { profiles } = await loadProfiles(
      selection(),
      depsIn("/", { env: { CACHECTL_PROFILE: "redis://ops:s3cret@h" } }),
    );
    expect(profiles[0]?.credentials?.password.reveal()).toBe("s3cret");
  });

  it("lists the problems of all selected files at once, and of no other", async () => {
    const cwd = await directoryWith({
      "profiles/a.yaml": "kind: standalone\nhots: x\n",
      "profiles/b.yaml": "kind: standalone\nhost: x\nport: 0\n",
      "profiles/c.yaml": "kind: [",
      "profiles/fleet.yaml": "kind: fleet\nmembers: [a, b, d, nobody*]\n",
    });
    const error = await failure(cwd, { profiles: ["fleet", "a"] });
    expect(error.code).toBe("profile-invalid");
    expect(error.message).toBe(`5 problems in 3 profiles:
  profiles/a.yaml:1:1: nothing says where to connect: give \`url\`, \`host\`, \`socket\` or \`nodes\`
  profiles/a.yaml:2:1: unknown field \`hots\` (did you mean \`host\`?)
  profiles/b.yaml:3:7: \`port\` must be a whole number from 1 to 65535
  profiles/fleet.yaml:2:17: there is no profile \`d\` in profiles
  profiles/fleet.yaml:2:20: no profile matches \`nobody*\``);
    expect(error.problems).toHaveLength(5);
  });

  it("names the chain of a fleet that contains itself", async () => {
    const cwd = await directoryWith({
      "profiles/a.yaml": "kind: fleet\nmembers: [b]\n",
      "profiles/b.yaml": "kind: fleet\nmembers:\n  - c\n",
      "profiles/c.yaml": "kind: fleet\nmembers: [b]\n",
    });
    const error = await failure(cwd, { profiles: ["a"] });
    expect(error.message).toContain("profiles/c.yaml:2:11: the fleet contains itself: b → c → b");
  });

  it("reports a fleet whose labels nobody has", async () => {
    const cwd = await directoryWith({ ...files, "profiles/f.yaml": "kind: fleet\nselect: { env: prd }\n" });
    expect((await failure(cwd, { profiles: ["f"] })).message).toContain("f.yaml:2:1: no profile in this directory has");
  });

  it("does not leave out a file whose labels cannot be read", async () => {
    const cwd = await directoryWith({ ...files, "profiles/broken.yaml": "kind: [" });
    expect((await failure(cwd, { labels: { env: "prod" } })).message).toContain("broken.yaml");
    expect(await names(cwd, { profiles: ["prod-*"] })).toEqual(["prod-a", "prod-b"]);
  });

  it("refuses to choose between x.yaml and x.yml", async () => {
    const cwd = await directoryWith({ "profiles/x.yaml": standalone(), "profiles/x.yml": standalone() });
    expect(await failure(cwd, { profiles: ["x"] })).toMatchObject({ code: "profile-ambiguous" });
  });

  it("fetches the secrets of selected profiles only, and names all that fail", async () => {
    const cwd = await directoryWith({
      ...files,
      "profiles/s1.yaml": standalone("password: { env: S1 }"),
      "profiles/s2.yaml": standalone("tls: { ca: missing.pem }"),
      "profiles/s3.yaml": standalone("tls: { ca: s3.yaml }"),
    });
    expect(await names(cwd, { profiles: ["sessions"] })).toEqual(["sessions"]);
    const { message } = await failure(cwd, { profiles: ["s?"] });
    expect(message).toContain("profile s1: no password: the environment variable S1 is not set");
    expect(message).toContain(`profile s2: tls.ca: ${join(cwd, "profiles/missing.pem")} cannot be read (ENOENT)`);
    expect(message).toContain("s3.yaml is not in PEM format");
  });
});

describe("warnings", () => {
  it("warns of a literal password in a file that others may read, not in a private one", async () => {
    const cwd = await directoryWith({
      "profiles/p.yaml": standalone("password: hunter2"),
      "profiles/q.yaml": "url: redis://u:hunter2@h",
      "profiles/r.yaml": standalone("password: { env: R }"),
    });
    const load = () => loadProfiles(selection({ profiles: ["*"] }), depsIn(cwd, { env: { R: "hunter2" } }));
    expect((await load()).warnings).toEqual([]);
    for (const name of ["p", "q", "r"]) await chmod(join(cwd, `profiles/${name}.yaml`), 0o640);
    const { warnings } = await load();
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^profiles\/p\.yaml holds a password and other users may read the file: chmod 600/);
    expect(warnings.join()).not.toContain("hunter2");
  });

  it("mentions a file that can never be selected because of its name", async () => {
    const cwd = await directoryWith({ ...files, "profiles/my cache.yaml": standalone() });
    const { warnings } = await loadProfiles(selection({ profiles: ["sessions"] }), depsIn(cwd));
    expect(warnings).toEqual([expect.stringContaining("profiles/my cache.yaml is not used")]);
  });
});

describe("secrets stay secret", () => {
  const text = `
kind: sentinel
url: rediss+sentinel://ops:hunter2@s1/mymaster
sentinelAuth: { password: { env: SENTINEL } }
tls: { cert: c.pem, key: k.pem, passphrase: { file: phrase }, insecure: true }
timeouts: { command: 1500ms }
natMap: { "a:1": "b:2" }
thresholds: { memory-near-limit: { highPercent: 92 } }
ignore: [{ rule: tls-off, reason: private, until: 2027-01-01 }]
`;
  const pem = "-----BEGIN X-----\n";
  const secretFiles = {
    "profiles/p.yaml": text,
    "profiles/c.pem": pem,
    "profiles/k.pem": pem,
    "profiles/phrase": "hunter2\n",
  };

  it("in JSON and inspect of a profile", async () => {
    const cwd = await directoryWith(secretFiles);
    const { profiles } = await loadProfiles(
      selection({ profiles: ["p"] }),
      depsIn(cwd, { env: { SENTINEL: "hunter2" } }),
    );
    const [profile] = profiles as [Profile];
    const { credentials, sentinelCredentials, tls } = profile;
    for (const secret of [credentials?.password, sentinelCredentials?.password, tls?.passphrase])
      expect(secret?.reveal()).toBe("hunter2");
    expect(JSON.stringify(profile)).not.toContain("hunter2");
    expect(inspect(profile, { depth: 9, showHidden: true })).not.toContain("hunter2");
    expect(tls).toMatchObject({ cert: pem, key: pem, insecure: true });
  });

  it("in `show`, which fetches none and tells where each comes from", async () => {
    const cwd = await directoryWith(secretFiles);
    const { targets } = await selectTargets(selection({ profiles: ["p"] }), depsIn(cwd));
    const sections = targets.map(describeProfile);
    expect(JSON.stringify(sections)).not.toContain("hunter2");
    const rows = sections.flatMap((section) => (section.kind === "table" ? section.rows : []));
    expect(Object.fromEntries(rows.map(({ field, value }) => [field, value]))).toEqual({
      kind: "sentinel",
      source: join(cwd, "profiles/p.yaml"),
      seeds: "s1:26379",
      master: "mymaster",
      username: "ops",
      password: "[secret] (written in the profile)",
      "sentinelAuth.username": "default",
      "sentinelAuth.password": "from $SENTINEL",
      tls: "yes, but any certificate is accepted (insecure)",
      "tls.cert": join(cwd, "profiles/c.pem"),
      "tls.key": join(cwd, "profiles/k.pem"),
      "tls.passphrase": `from the file ${join(cwd, "profiles/phrase")}`,
      sentinelTls: "yes",
      database: "0",
      natMap: "a:1 → b:2",
      "timeouts.connect": "5s",
      "timeouts.command": "1500ms",
      discover: "yes",
      role: "not said",
      labels: "none",
      protected: "no",
      "thresholds.memory-near-limit": "highPercent=92",
      "ignore tls-off": "private (until 2027-01-01)",
    });
  });
});
