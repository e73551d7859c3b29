/** What an error that users meet means, and what helps. One row of the table that `explain`, findings and errors draw on. */
export interface ServerErrorExplanation {
  /** First word of the reply, or Node's error code; a name of our own where both say only `ERR`. Upper case. */
  code: string;
  /** One sentence. */
  cause: string;
  /** One or two sentences, the next step. */
  resolution: string;
  /** What to run to see or mend it; may be empty. */
  commands: string[];
}

export const serverErrors: readonly ServerErrorExplanation[] = [
  {
    code: "OOM",
    cause: "The server has reached its memory limit and found nothing it may evict, so it refuses to write.",
    resolution:
      "Raise maxmemory if the host has room, or let an eviction policy free memory. A volatile-* policy only evicts keys that have a TTL.",
    commands: ["redis-cli INFO memory", "redis-cli CONFIG GET maxmemory*", "cachectl analyze", "cachectl bigkeys"],
  },
  {
    code: "CLUSTERDOWN",
    cause: "Some hash slots have no owner, or this node does not see a majority of the primaries.",
    resolution: "Bring the missing primaries back and check which slots are uncovered, as each node sees it.",
    commands: ["cachectl cluster check -p <profile>", "redis-cli CLUSTER INFO"],
  },
  {
    code: "MOVED",
    cause: "The key's hash slot belongs to the node that the reply names.",
    resolution: "Use a client that knows Redis Cluster; for cachectl, a profile of kind cluster.",
    commands: ["redis-cli -c GET <key>"],
  },
  {
    code: "ASK",
    cause: "The key's hash slot is being moved, and the key may be on the new node already.",
    resolution:
      "A client that knows Redis Cluster follows by itself; for cachectl, use a profile of kind cluster. If it lasts, the move was interrupted, and cachectl cluster fix finishes it.",
    commands: ["redis-cli -c GET <key>", "cachectl cluster fix -p <profile>"],
  },
  {
    code: "TRYAGAIN",
    cause: "A command with several keys met a hash slot that is being moved, and its keys are on both nodes.",
    resolution:
      "Retry; it succeeds when the slot has moved. If it lasts, the move was interrupted, and cachectl cluster fix finishes it.",
    commands: ["cachectl cluster check -p <profile>", "cachectl cluster fix -p <profile>"],
  },
  {
    code: "CROSSSLOT",
    cause: "The keys of one command belong to different hash slots.",
    resolution:
      "Give keys that are used together the same hash tag, such as {user:42}:name, or use one command per key.",
    commands: ["redis-cli CLUSTER KEYSLOT <key>"],
  },
  {
    code: "BUSY",
    cause: "A script or function has been running longer than busy-reply-threshold and blocks every other command.",
    resolution:
      "Wait, or stop it with SCRIPT KILL (FUNCTION KILL for a function), which works until the script has written something.",
    commands: ["redis-cli SCRIPT KILL", "redis-cli FUNCTION KILL"],
  },
  {
    code: "UNKILLABLE",
    cause: "The running script has written already, and stopping it would leave its changes half done.",
    resolution:
      "Wait until it ends. The only other way is SHUTDOWN NOSAVE, which loses every write since the last save or replication.",
    commands: ["redis-cli INFO commandstats"],
  },
  {
    code: "NOTBUSY",
    cause: "No script is running, so there is nothing to kill.",
    resolution: "Nothing to do: the script has ended. If functions are in use, FUNCTION KILL is the other command.",
    commands: ["redis-cli FUNCTION STATS"],
  },
  {
    code: "LOADING",
    cause: "The server is reading its dataset from disk and answers almost nothing until it is done.",
    resolution: "Wait; INFO persistence shows loading_eta_seconds.",
    commands: ["redis-cli INFO persistence"],
  },
  {
    code: "NOAUTH",
    cause: "The server wants a login and none was given.",
    resolution: "Put the credentials into the profile: a password, and a username where ACLs are used.",
    commands: ["redis-cli --askpass PING"],
  },
  {
    code: "WRONGPASS",
    cause: "The server does not accept this username and password, or the user is disabled.",
    resolution: "Correct the credentials in the profile; somebody with an administrator's login can look at the user.",
    commands: ["redis-cli --user <name> --askpass PING", "redis-cli ACL GETUSER <name>"],
  },
  {
    code: "NOPERM",
    cause: "The login is valid, but its ACL does not allow this command, key or channel.",
    resolution: "Grant what the message names to this user, or use a profile with another login.",
    commands: ["redis-cli ACL WHOAMI", "redis-cli ACL LOG", "redis-cli ACL SETUSER <name> +<command>"],
  },
  {
    code: "DENIED",
    cause: "Protected mode: the server has no password and takes connections from its own host only.",
    resolution:
      "Set a password for the default user (or requirepass) and bind the addresses that clients use. Do not just turn protected-mode off.",
    commands: ["redis-cli CONFIG GET protected-mode", "redis-cli ACL LIST"],
  },
  {
    code: "READONLY",
    cause: "This node is a replica and takes no writes.",
    resolution:
      "Write to the primary. If the node was the primary until just now, the client did not notice the failover: use a profile of kind sentinel or cluster.",
    commands: ["redis-cli ROLE"],
  },
  {
    code: "MISCONF",
    cause: "The last save to disk failed, and stop-writes-on-bgsave-error makes the server refuse writes.",
    resolution:
      "Find why in the server's log (disk full, no permission, fork failed), then save again. Turning the setting off allows writes that a restart would lose.",
    commands: ["redis-cli INFO persistence", "redis-cli BGSAVE", "redis-cli CONFIG GET stop-writes-on-bgsave-error"],
  },
  {
    code: "MASTERDOWN",
    cause: "This replica has lost its primary and is set not to serve data that may be stale.",
    resolution:
      "Restore the link to the primary. replica-serve-stale-data yes lets it answer reads from old data until then.",
    commands: ["redis-cli INFO replication", "redis-cli CONFIG GET replica-serve-stale-data"],
  },
  {
    code: "NOREPLICAS",
    cause: "Fewer replicas are in step than min-replicas-to-write asks for, so the primary refuses to write.",
    resolution: "Bring the replicas back or mend their lag; lower min-replicas-to-write only with the loss in mind.",
    commands: ["redis-cli INFO replication", "redis-cli CONFIG GET min-replicas-*"],
  },
  {
    code: "NOGOODSLAVE",
    cause: "Sentinel found no replica that it may promote.",
    resolution:
      "A replica must be connected, recent and have a replica-priority above 0; look at how Sentinel sees each one.",
    commands: ["redis-cli -p 26379 SENTINEL REPLICAS <name>"],
  },
  {
    code: "INPROG",
    cause: "A failover of this primary is under way already.",
    resolution: "Wait for it to end before another is asked for; failover-timeout bounds it.",
    commands: ["redis-cli -p 26379 SENTINEL MASTER <name>"],
  },
  {
    code: "BUSYKEY",
    cause: "MIGRATE or RESTORE met a key of the same name on the target.",
    resolution:
      "Compare both values; when the source's is the right one, repeat with REPLACE, which destroys the target's.",
    commands: ["redis-cli DUMP <key>"],
  },
  {
    code: "IOERR",
    cause: "MIGRATE got no answer from the target in time. The key may be on both nodes now.",
    resolution: "Look where the key is, then repeat with a larger timeout or fewer keys at a time.",
    commands: ["redis-cli EXISTS <key>", "redis-cli MEMORY USAGE <key>"],
  },
  {
    code: "EXECABORT",
    cause: "The transaction was discarded, because one of its commands was refused when it was queued.",
    resolution: "Mend the command that failed before EXEC; its own error came as its own reply. Nothing was executed.",
    commands: [],
  },
  {
    code: "NOSCRIPT",
    cause:
      "EVALSHA named a script that this server has not cached: a restart, a failover or SCRIPT FLUSH empties the cache.",
    resolution: "Send it once with EVAL or SCRIPT LOAD; client libraries can do so by themselves.",
    commands: ["redis-cli SCRIPT EXISTS <sha1>"],
  },
  {
    code: "WRONGTYPE",
    cause: "The command does not fit the type of value that the key holds.",
    resolution: "Look at the key's type; often two programs use one name.",
    commands: ["redis-cli TYPE <key>"],
  },
  {
    code: "MAX-CLIENTS",
    cause: "The server has as many connections as maxclients allows and refuses new ones.",
    resolution:
      "Find who holds the connections (idle ones, no pool), then raise maxclients together with the process's limit of open files.",
    commands: ["redis-cli INFO clients", "redis-cli CLIENT LIST", "redis-cli CONFIG GET maxclients"],
  },
  {
    code: "UNKNOWN-COMMAND",
    cause: "The server does not have this command: its version is older, it was renamed, or the service disables it.",
    resolution: "Compare the server's version with the one that brought the command, and look for rename-command.",
    commands: ["redis-cli INFO server", "redis-cli COMMAND INFO <command>"],
  },
  {
    code: "ECONNREFUSED",
    cause: "The host answered that nothing listens on this port.",
    resolution: "Check that the server runs, and the host, port and bind setting: it may listen on another address.",
    commands: ["redis-cli -h <host> -p <port> PING", "ss -ltn"],
  },
  {
    code: "ECONNRESET",
    cause:
      "The other side dropped the connection: a restart, a full client list, a proxy, or TLS spoken to a plain port.",
    resolution: "Read the server's log at that time, and check whether the port expects TLS.",
    commands: ["redis-cli -h <host> -p <port> --tls PING"],
  },
  {
    code: "ETIMEDOUT",
    cause: "No answer came: a firewall drops the packets, the host is down, or the server is too busy to answer.",
    resolution:
      "Check firewalls and security groups first, then the host itself; a longer timeout helps only a slow path.",
    commands: ["nc -vz -w 3 <host> <port>"],
  },
  {
    code: "ENOTFOUND",
    cause: "The host name has no address.",
    resolution: "Check its spelling in the profile, and the resolver of the machine that cachectl runs on.",
    commands: ["getent hosts <host>"],
  },
  {
    code: "EHOSTUNREACH",
    cause: "There is no route to the host, or a router or firewall refuses it.",
    resolution: "Check the network, VPN and routes between this machine and the host.",
    commands: ["ip route get <address>"],
  },
  {
    code: "TLS-UNTRUSTED",
    cause: "The server's certificate is not signed by an authority that this machine trusts.",
    resolution: "Name the authority's certificate as tls.ca in the profile.",
    commands: ["openssl s_client -connect <host>:<port> -showcerts"],
  },
  {
    code: "TLS-EXPIRED",
    cause: "The certificate has expired or is not valid yet.",
    resolution: "Renew the certificate and reload the server; check the clocks of both machines.",
    commands: ["openssl s_client -connect <host>:<port> | openssl x509 -noout -dates"],
  },
  {
    code: "TLS-NAME",
    cause: "The certificate is for another host name than the one that was dialled.",
    resolution: "Dial a name that the certificate holds, or set tls.servername in the profile.",
    commands: ["openssl s_client -connect <host>:<port> | openssl x509 -noout -ext subjectAltName"],
  },
  {
    code: "TLS-CLIENT-CERTIFICATE",
    cause: "The server asks clients for a certificate and got none, or one that it does not trust.",
    resolution: "Set tls.cert and tls.key in the profile, signed by the authority in the server's tls-ca-cert-file.",
    commands: ["redis-cli CONFIG GET tls-auth-clients"],
  },
  {
    code: "TLS-NOT-SPOKEN",
    cause: "TLS was spoken to a port that does not speak it.",
    resolution: "Use redis:// instead of rediss:// (no tls in the profile), or the server's tls-port.",
    commands: ["redis-cli -h <host> -p <port> PING"],
  },
  {
    code: "TLS-HANDSHAKE",
    cause: "Client and server found no TLS version or cipher in common, or the server ended the handshake.",
    resolution:
      "Compare tls-protocols and tls-ciphers of the server with what this machine offers; its log names the reason.",
    commands: ["openssl s_client -connect <host>:<port>"],
  },
];

/** The row for a reply such as `OOM command not allowed …` or a Node code such as `ECONNREFUSED`; null when unknown. */
export function explainServerError(text: string): ServerErrorExplanation | null {
  // As redis-cli, the protocol and client libraries put before the server's own words.
  const bare = text.trim().replace(/^(?:\(error\)\s*|-|(?:Reply)?Error:\s*)+/i, "");
  const first = bare.split(/[\s:]/, 1)[0]?.toUpperCase();
  const wording = wordings.find(([pattern]) => pattern.test(bare))?.[1];
  return rowOf(first) ?? rowOf(wording) ?? rowWithin(bare);
}

/** Errors that are known by their words. The narrower ones stand first: a handshake failure is what most others are, too. */
const wordings: readonly (readonly [RegExp, string])[] = [
  [/max number of clients/i, "MAX-CLIENTS"],
  [/unknown (?:sub)?command/i, "UNKNOWN-COMMAND"],
  [/protected mode/i, "DENIED"],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (?:has|is) (?:expired|not yet valid)/i, "TLS-EXPIRED"],
  [/ALTNAME_INVALID|does not match certificate/i, "TLS-NAME"],
  [
    /CERTIFICATE_REQUIRED|ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA)|alert (?:bad certificate|unknown ca)/i,
    "TLS-CLIENT-CERTIFICATE",
  ],
  [/certificate required/i, "TLS-CLIENT-CERTIFICATE"],
  [/SELF_SIGNED|self.signed certificate|UNABLE_TO_(?:VERIFY|GET_ISSUER)|unable to (?:verify|get)/i, "TLS-UNTRUSTED"],
  [/WRONG_VERSION_NUMBER|wrong version number|packet length too long/i, "TLS-NOT-SPOKEN"],
  [/ERR_(?:SSL|TLS)_|SSL routines|TLS alert|ALERT_HANDSHAKE|alert handshake/i, "TLS-HANDSHAKE"],
];

/** A code in the middle of a sentence: `connect ECONNREFUSED 10.0.0.5:6379`, `INFO: NOPERM …`. Only as servers write it. */
function rowWithin(text: string): ServerErrorExplanation | null {
  const words = text.split(/[^A-Z-]+/);
  return serverErrors.find(({ code }) => words.includes(code)) ?? null;
}

function rowOf(code: string | undefined): ServerErrorExplanation | null {
  return serverErrors.find((row) => row.code === code) ?? null;
}
