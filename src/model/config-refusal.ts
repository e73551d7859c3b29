/** Why a server does not take a change of its settings, and what to use in its place. */
export interface ConfigRefusal {
  kind: "acl" | "unknown-command" | "managed-service" | "other";
  /** A clause. */
  message: string;
  /** The next step, as sentences. */
  hint: string;
}

/**
 * Reads the error reply to CONFIG GET, SET or REWRITE. ACLs answer NOPERM; a renamed command and most managed services answer
 * `unknown command`, so the service is told by the host's name.
 *
 * @param reply the server's own words, with or without the command before them
 * @param address of the node, as dialled
 */
export function explainConfigRefusal(reply: string, address: string): ConfigRefusal {
  const service = services.find(({ host }) => host.test(address));
  if (/\bNOPERM\b/.test(reply))
    return {
      kind: "acl",
      message: `the login's ACL does not allow it (${clip(reply)})`,
      hint: `Give this user ${permissionOf(reply)} (ACL SETUSER <user> +config|get +config|set +config|rewrite), or use a profile with another login.`,
    };
  if (service !== undefined)
    return {
      kind: "managed-service",
      message: `${service.name} does not let clients run it (${clip(reply)})`,
      hint: service.use,
    };
  if (/unknown (?:sub)?command/i.test(reply))
    return {
      kind: "unknown-command",
      message: `the server does not know the command (${clip(reply)}): it was renamed with rename-command, or a managed service has taken it away`,
      hint: "Change maxmemory-policy in the server's configuration file and restart it, or run the command under its new name by hand; on a managed service use its console or parameter group.",
    };
  if (/not (?:available|allowed|supported)|disabled|unsupported|forbidden/i.test(reply))
    return {
      kind: "managed-service",
      message: `the service does not let clients run it (${clip(reply)})`,
      hint: "Use the service's own console, command-line tool or parameter group for maxmemory-policy.",
    };
  return { kind: "other", message: clip(reply), hint: "See `cachectl explain` for what the server's words mean." };
}

/** Since 7.0 the message names command and subcommand. */
function permissionOf(reply: string): string {
  const named = /'(config\|[a-z]+)'/.exec(reply)?.[1];
  return named === undefined ? "the right to CONFIG" : `+${named}`;
}

/** The server's own words, without what was put before them and without the arguments that an unknown command is quoted with. */
function clip(reply: string): string {
  const text = (/\b(?:NOPERM|ERR) .*/s.exec(reply)?.[0] ?? reply).replace(/, with args beginning with:.*$/s, "").trim();
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const services: readonly { host: RegExp; name: string; use: string }[] = [
  {
    host: /\.cache\.amazonaws\.com/,
    name: "Amazon ElastiCache or MemoryDB",
    use: "Set maxmemory-policy in the parameter group: aws elasticache modify-cache-parameter-group --parameter-name-values ParameterName=maxmemory-policy,ParameterValue=…",
  },
  {
    host: /\.redis\.cache\.windows\.net|\.redis\.azure\.net/,
    name: "Azure Cache for Redis",
    use: "Set it in the portal's advanced settings: az redis update --set redisConfiguration.maxmemory-policy=…",
  },
  {
    host: /\.(redis-cloud|redislabs)\.com|redns\.redis-cloud/,
    name: "Redis Cloud",
    use: "Set the data eviction policy of the database in the console or with its API.",
  },
  { host: /\.upstash\.io/, name: "Upstash", use: "Turn eviction on or off for the database in the console." },
  {
    host: /\.oci\.oraclecloud\.com/,
    name: "OCI Cache",
    use: "Set maxmemory-policy in the cluster's OCI Cache configuration.",
  },
];
