import type { ProfileKind } from "./profile-spec.js";

/**
 * The text of a starter profile. Valid as it stands; a line that begins with `#` and a field (no space) is a setting to
 * uncomment, and all of them together are valid too.
 *
 * @param name of the profile, for the variable names that it suggests.
 */
export function profileTemplate(kind: ProfileKind, name: string): string {
  return templates[kind](variable(name)).trimStart();
}

/** `prod-sessions` → `PROD_SESSIONS_PASSWORD`; a variable's name may not start with a digit. */
function variable(name: string): string {
  const letters = name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
  return `${/^[0-9]/.test(letters) ? "_" : ""}${letters}_PASSWORD`;
}

const credentials = (password: string): string => `
# The password is fetched from elsewhere: { env: NAME }, { file: PATH }, { command: [pass, show, NAME] } or { prompt: true }.
#username: ops
#password: { env: ${password} }
`;

const tls = `
# TLS with the system's authorities; for your own write tls: { ca: ca.pem, cert: client.pem, key: client.key }.
#tls: true
`;

const common = `
# What the data is for (cache, store, queue, session): findings are weighed by it.
#role: cache
# For -l env=prod and for fleets that select by label.
#labels: { env: prod }
# Changes ask first, or need --yes.
#protected: true
#timeouts: { connect: 5s, command: 5s }
`;

const redis = `
# Addresses that nodes announce, but that are reached under another one (NAT, Docker).
#natMap: { "172.17.0.2:6379": "127.0.0.1:7001" }
# Ask only the nodes above, and do not look for replicas and members.
#discover: false
`;

const templates: Readonly<Record<ProfileKind, (password: string) => string>> = {
  standalone: (password) => `
# One Redis or Valkey server, and the replicas it knows of.
kind: standalone
host: 127.0.0.1
port: 6379
${credentials(password)}${tls}
#database: 0
${redis}${common}`,
  sentinel: (password) => `
# A primary and its replicas, found through their Sentinels.
kind: sentinel
sentinels: [127.0.0.1:26379]
# Leave it out to look at every master that the Sentinels monitor.
master: mymaster
${credentials(password)}
# The login of the Sentinels themselves, where they ask for one.
#sentinelAuth: { password: { env: SENTINEL_${password} } }
${tls}# The Sentinels speak TLS when the servers do, unless this says false.
#sentinelTls: true

#database: 0
${redis}${common}`,
  cluster: (password) => `
# A Redis or Valkey Cluster. Any members will do: the others are found through them.
kind: cluster
nodes: [127.0.0.1:7000, 127.0.0.1:7001]
${credentials(password)}${tls}${redis}${common}`,
  memcached: (password) => `
# Memcached servers. They do not know of each other, so each one is listed.
kind: memcached
servers: [127.0.0.1:11211]
${credentials(password)}# sasl, or ascii for servers that were started with a token file (-Y).
#auth: sasl
${tls}${common}`,
  fleet: () => `
# Several profiles under one name: their names or globs, and everything that has these labels.
kind: fleet
members: ["*"]
#select: { env: prod }
`,
};
