import type { TargetKind } from "../model/node.js";
import type { Complaint } from "./check-fields.js";
import { isMapping } from "./field-schemas.js";
import type { ParsedUrl } from "./parse-url.js";
import { fieldsOfKind, isParsedUrl } from "./profile-schema.js";

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong with where a target is, who logs in and how TLS is set, as far as several fields decide it together. */
export function checkConnection(fields: Fields, kind: TargetKind): Complaint[] {
  const url = isParsedUrl(fields.url) ? fields.url : null;
  return [
    ...checkPlace(fields, kind),
    ...(url === null ? [] : checkUrl(fields, kind, url)),
    ...checkLogin(fields, kind, url),
    ...checkTls(fields, url),
  ];
}

const placeFields = ["url", "host", "socket", "nodes", "sentinels", "servers"];

/** Exactly one field says where to connect; `port` only goes with `host`. */
function checkPlace(fields: Fields, kind: TargetKind): Complaint[] {
  const [first, ...more] = Object.keys(fields).filter((name) => placeFields.includes(name));
  const complaints = more.map((name) =>
    onKey(name, `\`${first ?? ""}\` and \`${name}\` both say where to connect: keep one of them`),
  );
  if (fields.port !== undefined && fields.host === undefined)
    complaints.push(onKey("port", "`port` needs `host`; elsewhere the port is written behind the host"));
  if (first !== undefined) return complaints;
  const choice = placeFields.filter((name) => fieldsOfKind[kind].includes(name)).map((name) => `\`${name}\``);
  const message = `nothing says where to connect: give ${choice.slice(0, -1).join(", ")} or ${choice.at(-1) ?? ""}`;
  return [...complaints, { path: [], at: "value", message }];
}

function checkUrl(fields: Fields, kind: TargetKind, url: ParsedUrl): Complaint[] {
  const complaints: Complaint[] = [];
  // A cluster's seed is often handed out as a plain redis:// URL.
  const seedOfCluster = kind === "cluster" && url.kind === "standalone" && url.seeds.every((seed) => "host" in seed);
  if (url.kind !== kind && !seedOfCluster)
    complaints.push(onValue("url", `\`url\` is of a ${url.kind} target, but \`kind\` says ${kind}`));
  if (seedOfCluster && url.database !== null)
    complaints.push(onValue("url", "`url` names a database, which a cluster profile does not have"));
  const twice: [string, unknown][] = [
    ["username", url.username],
    ["password", url.password],
    ["master", url.masterName],
    ["database", url.database],
  ];
  for (const [name, inUrl] of twice) {
    if (inUrl !== null && fields[name] !== undefined)
      complaints.push(onKey(name, `\`${name}\` is also in \`url\`: keep one of them`));
  }
  return complaints;
}

function checkLogin(fields: Fields, kind: TargetKind, url: ParsedUrl | null): Complaint[] {
  const complaints: Complaint[] = [];
  const hasUser = fields.username !== undefined || (url?.username ?? null) !== null;
  const hasPassword = fields.password !== undefined || (url?.password ?? null) !== null;
  const userField = fields.username === undefined ? "url" : "username";
  if (hasUser && !hasPassword)
    complaints.push(onKey(userField, "a user name needs a `password`, such as { env: NAME } or { prompt: true }"));
  if (kind === "memcached" && hasPassword && !hasUser)
    complaints.push(
      onKey(fields.password === undefined ? "url" : "password", "Memcached logins need a `username` too"),
    );
  if (fields.auth !== undefined && !hasUser && !hasPassword)
    complaints.push(onKey("auth", "`auth` needs `username` and `password`"));
  if (isMapping(fields.sentinelAuth) && !("password" in fields.sentinelAuth))
    complaints.push(onKey("sentinelAuth", "`sentinelAuth` needs a `password`, such as { env: NAME }"));
  return complaints;
}

function checkTls({ tls, sentinelTls, socket }: Fields, url: ParsedUrl | null): Complaint[] {
  const complaints: Complaint[] = [];
  if (tls === false && url?.tls === true)
    complaints.push(onValue("tls", "`tls` is false, but the scheme of `url` asks for TLS"));
  const wanted = url?.tls === true || tls === true || isMapping(tls);
  if (sentinelTls === true && !wanted)
    complaints.push(onKey("sentinelTls", "`sentinelTls` needs `tls`, whose certificates it uses"));
  const overSocket = socket !== undefined || url?.seeds.some((seed) => "path" in seed) === true;
  if (overSocket && wanted) complaints.push(onKey("tls", "a unix socket does not speak TLS"));
  if (!isMapping(tls)) return complaints;
  if ((tls.cert === undefined) !== (tls.key === undefined))
    complaints.push(onKey("tls", "`tls.cert` and `tls.key` belong together: give both or neither"));
  if (tls.passphrase !== undefined && tls.key === undefined)
    complaints.push(onKey("tls", "`tls.passphrase` is of a `tls.key`, which is missing"));
  return complaints;
}

function onKey(name: string, message: string): Complaint {
  return { path: [name], at: "key", message };
}

function onValue(name: string, message: string): Complaint {
  return { path: [name], at: "value", message };
}
