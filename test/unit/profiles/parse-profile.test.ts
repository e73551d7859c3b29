import { describe, expect, it } from "vitest";
import { problemsOf, specOf } from "./support.js";

describe("parse-profile on valid text", () => {
  it("reads a whole sentinel profile", () => {
    const spec = specOf(`
kind: sentinel
sentinels: [s1, "[::1]:5000"]
master: mymaster
username: ops
password: { env: PROD_REDIS_PASSWORD }
sentinelAuth: { password: { file: secret.txt } }
tls: { ca: certs/ca.pem, passphrase: { command: [pass, show, x] }, cert: ~/c.pem, key: /k.pem }
database: 3
natMap: { "172.17.0.2:6379": "127.0.0.1:7001" }
timeouts: { connect: 2s, command: 1500ms }
labels: { env: prod }
protected: true
role: cache
discover: false
thresholds: { memory-near-limit: { highPercent: 92 } }
ignore: [{ rule: tls-off, reason: private network, until: 2027-01-01 }]
`);
    expect(spec).toMatchObject({
      kind: "sentinel",
      seeds: [
        { host: "s1", port: 26_379 },
        { host: "::1", port: 5000 },
      ],
      masterName: "mymaster",
      login: { username: "ops", password: { kind: "env", name: "PROD_REDIS_PASSWORD" } },
      sentinelLogin: { username: null, password: { kind: "file", path: "/etc/cachectl/secret.txt" } },
      tls: {
        ca: "/etc/cachectl/certs/ca.pem",
        cert: "/home/ops/c.pem",
        key: "/k.pem",
        passphrase: { kind: "command", argv: ["pass", "show", "x"], directory: "/etc/cachectl" },
        insecure: false,
      },
      sentinelTls: true,
      database: 3,
      natMap: { "172.17.0.2:6379": { host: "127.0.0.1", port: 7001 } },
      timeouts: { connectMs: 2000, commandMs: 1500 },
      labels: { env: "prod" },
      protected: true,
      role: "cache",
      discover: false,
      thresholds: { "memory-near-limit": { highPercent: 92 } },
      ignore: [{ rule: "tls-off", reason: "private network", until: "2027-01-01" }],
    });
  });

  it.each([
    ["kind: standalone\nhost: a", [{ host: "a", port: 6379 }]],
    ["kind: standalone\nhost: ::1\nport: 1", [{ host: "::1", port: 1 }]],
    ["kind: memcached\nhost: a", [{ host: "a", port: 11_211 }]],
    [
      "kind: memcached\nservers: [a, b:2]",
      [
        { host: "a", port: 11_211 },
        { host: "b", port: 2 },
      ],
    ],
    ["kind: cluster\nnodes: [a]", [{ host: "a", port: 6379 }]],
    ["kind: standalone\nsocket: run/r.sock", [{ path: "/etc/cachectl/run/r.sock" }]],
    ["url: memcached://a", [{ host: "a", port: 11_211 }]],
    ["kind: cluster\nurl: redis://a:7000", [{ host: "a", port: 7000 }]],
  ])("finds where to connect in %j", (text, seeds) => {
    expect(specOf(text)).toMatchObject({ seeds });
  });

  it("takes kind, TLS, database and login from a url, and wraps its password", () => {
    const spec = specOf("url: rediss://ops:s3cr%40t@h/2");
    expect(spec).toMatchObject({
      kind: "standalone",
      database: 2,
      tls: { insecure: false },
      login: { username: "ops" },
    });
    expect(JSON.stringify(spec)).not.toContain("s3cr");
    const password = spec.kind === "fleet" ? undefined : spec.login?.password;
    expect(password?.kind === "literal" && password.secret.reveal()).toBe("s3cr@t");
  });

  it("lets sentinelTls: false stand beside tls", () => {
    expect(specOf("kind: sentinel\nsentinels: [a]\ntls: true\nsentinelTls: false")).toMatchObject({
      sentinelTls: false,
    });
  });

  it("counts the TLS of a url as TLS for the Sentinels", () => {
    expect(specOf("url: rediss+sentinel://a\nsentinelTls: true")).toMatchObject({ sentinelTls: true });
    expect(specOf("url: rediss+sentinel://a")).toMatchObject({ sentinelTls: true });
    expect(specOf("url: redis+sentinel://a")).toMatchObject({ sentinelTls: false, tls: null });
  });

  it("spells natMap keys as nodes announce them", () => {
    const spec = specOf('kind: cluster\nnodes: [a]\nnatMap: { "10.0.0.1:06379": "b:1", "[::1]:1": "c:2" }');
    expect(spec).toMatchObject({ natMap: { "10.0.0.1:6379": { host: "b" }, "[::1]:1": { host: "c", port: 2 } } });
  });

  it("takes the zones of the hosts of a cluster or a Sentinel group, and nobody else's", () => {
    const zones = 'zones: { 10.0.0.1: eu-1a, redis-2.internal: eu-1b, "::1": eu-1c }';
    expect(specOf(`kind: cluster\nnodes: [a]\n${zones}`)).toMatchObject({
      zones: { "10.0.0.1": "eu-1a", "redis-2.internal": "eu-1b", "::1": "eu-1c" },
    });
    expect(problemsOf(`kind: standalone\nhost: a\n${zones}`)).toEqual([
      "3:1 `zones` does not belong to a standalone profile (it belongs to sentinel, cluster)",
    ]);
    expect(problemsOf('kind: cluster\nnodes: [a]\nzones: { "10.0.0.1:6379": a, 10.0.0.2: 7 }')).toEqual([
      "3:10 `zones.10.0.0.1:6379` must be a host name or an IP address, without a port",
      '3:40 `zones.10.0.0.2` must be text (put it in quotes: "…")',
    ]);
  });

  it("understands anchors within a file", () => {
    const spec = specOf("kind: sentinel\nsentinels: [a]\npassword: &p { env: P }\nsentinelAuth: { password: *p }");
    expect(spec).toMatchObject({ sentinelLogin: { password: { kind: "env", name: "P" } } });
  });

  it("remembers where a fleet's members stand", () => {
    expect(specOf("kind: fleet\nmembers:\n  - prod-*\n  - sessions\nselect: { env: prod }")).toEqual({
      kind: "fleet",
      members: [
        { name: "prod-*", line: 3, column: 5 },
        { name: "sessions", line: 4, column: 5 },
      ],
      select: { labels: { env: "prod" }, line: 5, column: 1 },
    });
  });
});

describe("parse-profile on problems", () => {
  it("lists every problem at once, in the order of the file, each with its place", () => {
    const text = `kind: standalone
usrename: ops
host: h
port: 70000
tls: { caa: x, insecure: maybe }
timeouts: { connect: 2, command: 2h, conect: 1s }
labels: { tier: 1 }
protected: "yes"
role: cahce
database: -1
natMap: { a: "b:1", "c:1": d }
thresholds: { memory-near-limt: { x: 1 }, memory-near-limit: { higPercent: 92, highPercent: much } }
ignore: [{ rule: tls-of }, { rule: tls-off, reason: ok, until: 2027-02-30 }]
servers: [x]
`;
    expect(problemsOf(text)).toEqual([
      "2:1 unknown field `usrename` (did you mean `username`?)",
      "4:7 `port` must be a whole number from 1 to 65535",
      "5:8 unknown field `caa` (did you mean `ca`?)",
      "5:26 `tls.insecure` must be true or false",
      "6:22 `timeouts.connect` must be a duration with its unit, such as 500ms, 2s or 1m",
      "6:34 `timeouts.command` must be a duration with its unit, such as 500ms, 2s or 1m",
      "6:38 unknown field `conect` (did you mean `connect`?)",
      '7:17 `labels.tier` must be text (put it in quotes: "…")',
      "8:12 `protected` must be true or false",
      "9:7 `role` must be cache, store, queue or session (did you mean `cache`?)",
      "10:11 `database` must be a whole number from 0 on",
      "11:11 `natMap.a` must be host:port as the node announces it",
      "11:28 `natMap.c:1` must name a port",
      "12:15 unknown rule `memory-near-limt` (did you mean `memory-near-limit`?)",
      "12:64 rule memory-near-limit has no threshold `higPercent` (did you mean `highPercent`?)",
      "12:93 `thresholds.memory-near-limit.highPercent` must be a number",
      "13:10 `ignore[0].reason` is missing",
      "13:18 unknown rule `tls-of` (did you mean `tls-off`?)",
      "13:64 `ignore[1].until` must be a date that exists, such as 2027-01-31",
      "14:1 `servers` does not belong to a standalone profile (it belongs to memcached)",
      "14:1 `host` and `servers` both say where to connect: keep one of them",
    ]);
  });

  it.each([
    ["", "1:1 the profile is empty: it needs at least a `kind` or a `url`"],
    ["- a", "1:1 a profile is a mapping (name: value)"],
    ["host: a", "1:1 `kind` is missing: standalone, sentinel, cluster, memcached or fleet (a `url` alone says it too)"],
    [
      "kind: sentinal\nsentinels: [a]",
      "1:7 `kind` must be standalone, sentinel, cluster, memcached or fleet (did you mean `sentinel`?)",
    ],
    ["kind: standalone", "1:1 nothing says where to connect: give `url`, `host`, `socket` or `nodes`"],
    ["kind: fleet", "1:1 a fleet needs `members` (profile names) or `select` (labels)"],
    ["kind: fleet\nmembers: []", "2:10 `members` must name at least one profile"],
    [
      "kind: fleet\nmembers: [a]\nhost: b",
      "3:1 `host` does not belong to a fleet profile (it belongs to standalone, cluster, memcached)",
    ],
    ["kind: standalone\nport: 1\nsocket: /s", "2:1 `port` needs `host`; elsewhere the port is written behind the host"],
    ["kind: standalone\nhost: a:1", "2:7 `host` must be a host name or an IP address; the port goes into `port`"],
    ["kind: standalone\nhost:", "2:1 `host` has no value"],
    ["kind: cluster\nnodes: [a:0]", "2:9 `nodes[0]` must have a port from 1 to 65535"],
    ["kind: sentinel\nurl: redis+cluster://a", "2:6 `url` is of a cluster target, but `kind` says sentinel"],
    ["kind: cluster\nurl: redis://a/1", "2:6 `url` names a database, which a cluster profile does not have"],
    ["url: redis://u:p@a\nusername: u", "2:1 `username` is also in `url`: keep one of them"],
    ["url: rediss://a\ntls: false", "2:6 `tls` is false, but the scheme of `url` asks for TLS"],
    [
      "kind: standalone\nhost: a\nusername: u",
      "3:1 a user name needs a `password`, such as { env: NAME } or { prompt: true }",
    ],
    ["kind: memcached\nhost: a\npassword: { env: P }", "3:1 Memcached logins need a `username` too"],
    ["kind: memcached\nhost: a\nauth: ascii", "3:1 `auth` needs `username` and `password`"],
    [
      "kind: sentinel\nsentinels: [a]\nsentinelAuth: { username: u }",
      "3:1 `sentinelAuth` needs a `password`, such as { env: NAME }",
    ],
    ["kind: sentinel\nsentinels: [a]\nsentinelTls: true", "3:1 `sentinelTls` needs `tls`, whose certificates it uses"],
    [
      "kind: standalone\nhost: a\ntls: { cert: c }",
      "3:1 `tls.cert` and `tls.key` belong together: give both or neither",
    ],
    ["kind: standalone\nsocket: /s\ntls: true", "3:1 a unix socket does not speak TLS"],
    ["kind: standalone\nhost: a\ntimeouts: { connect: 0s }", "3:22 `timeouts.connect` must be between 1ms and 10m"],
    [
      "kind: standalone\nhost: a\nthresholds: { tls-off: { x: 1 } }",
      "3:26 rule tls-off has no threshold `x` (it has none)",
    ],
    ["kind: standalone\nhost: a\nhost: b", "3:1 this field is given twice"],
  ])("says what is wrong with %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    "a: [1,\nb: 2",
    "\tkind: a",
    "kind: standalone\n  host: a",
    "kind: a\n---\nkind: b",
    "kind: @x",
    "x: !tag y",
    "? [a]\n: b",
  ])("reports broken YAML with its place: %j", (text) => {
    expect(problemsOf(text)[0]).toMatch(/^\d+:\d+ (broken YAML: .+|a field's name must be plain text)$/);
  });

  it("survives a bomb of aliases", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(problemsOf(lines.join("\n"))).toEqual(["1:1 the aliases (*name) of this file expand to far too much"]);
  });
});

describe("parse-profile never repeats a value", () => {
  it.each([
    "*hunter2",
    "!hunter2 x",
    "@hunter2",
    "%hunter2",
    "|hunter2",
    "}hunter2",
    "{hunter2}",
    "[hunter2]",
    "{ hunter2: x }",
    "{ env: hunter2! }",
    "{ command: hunter2 }",
    "{ file: [hunter2] }",
    "{ prompt: hunter2 }",
    '"\\hunter2"',
    "'a' hunter2",
    "a: hunter2",
    "[hunter2",
  ])("password: %s", (value) => {
    const problems = problemsOf(`kind: standalone\nhost: h\npassword: ${value}\n`);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain("unter2");
  });

  it.each([
    "redis://u:hunter2@h:x",
    "redis://u:hunter2@",
    "redis://u:hunter2%@h",
    "http://u:hunter2@h",
    "redis://h?p=hunter2",
  ])("url: %s", (url) => {
    const problems = problemsOf(`url: ${url}\n`);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain("unter2");
  });
});

describe("parse-profile on secrets", () => {
  const password = (value: string) => problemsOf(`kind: standalone\nhost: h\npassword: ${value}`);

  it("says which forms there are", () => {
    expect(password("{ evn: X }")).toEqual([expect.stringMatching(/^3:11 `password` must be .*did you mean `env`/)]);
    expect(password("{ env: X, file: Y }")).toEqual([expect.stringContaining("exactly one source")]);
    expect(password("12345")).toEqual([expect.stringContaining("quoted text")]);
    expect(password("{ env: $X }")).toEqual([expect.stringContaining("without a $")]);
    expect(password("")).toEqual(["3:1 `password` has no value"]);
  });
});
