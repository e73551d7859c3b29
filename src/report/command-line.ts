import type { Command } from "../model/finding.js";
import type { NodeIdentity } from "../model/node.js";
import { shellQuote } from "../model/shell-quote.js";
import { isPrintable } from "./printable.js";

/**
 * A finding's command as one line for a POSIX shell. `node` is the one the command names.
 *
 * Redis, Valkey, Sentinel: `redis-cli` with the node's own arguments, which hold no secret. Memcached: `printf … | nc`.
 * The line holds no control character, whatever a key in it is called.
 */
export function commandLine(command: Command, node: NodeIdentity): string {
  if (command.kind === "shell") return command.line;
  return node.family === "memcached" ? memcachedLine(command.argv, node) : redisCliLine(command.argv, node);
}

function redisCliLine(argv: readonly string[], node: NodeIdentity): string {
  const connect = ["redis-cli", ...node.cliArguments];
  if (argv.every(isPrintable)) return [...connect, ...argv].map(shellQuote).join(" ");
  // With --quoted-input (redis-cli 6.2) redis-cli itself reads "\x00"; an older one refuses the option and sends nothing.
  return [...connect, "--quoted-input", ...argv.map(redisQuote)].map(shellQuote).join(" ");
}

/** A word in the notation of redis-cli's own parser. */
function redisQuote(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) ? word : `"${escapeBytes(word, /["\\]/, String.raw`\x`, 16)}"`;
}

function memcachedLine(argv: readonly string[], node: NodeIdentity): string {
  const words = escapeBytes(argv.join(" "), /\\/, "\\", 8).replaceAll("%", "%%");
  const format = `'${words.replaceAll("'", String.raw`'\''`)}\\r\\nquit\\r\\n'`;
  // The quit makes the server close the connection: many builds of nc wait for that, not for the end of their input.
  return `printf ${format} | nc ${netcatAddress(node.address)}`;
}

function netcatAddress(address: string): string {
  if (address.startsWith("unix:")) return `-U ${shellQuote(address.slice("unix:".length))}`;
  const { host, port } = splitAddress(address);
  return `${shellQuote(host)} ${shellQuote(port)}`;
}

/** The host (an IPv6 address without its brackets) and port of a `host:port` address. */
export function splitAddress(address: string): { host: string; port: string } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: address.slice(colon + 1) };
}

/** Puts a backslash before `special` characters and writes unprintable ones byte by byte in the given notation. */
function escapeBytes(text: string, special: RegExp, prefix: string, radix: 8 | 16): string {
  return Array.from(text, (character) => {
    if (special.test(character)) return `\\${character}`;
    if (isPrintable(character)) return character;
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => prefix + byte.toString(radix).padStart(radix === 8 ? 3 : 2, "0")).join("");
  }).join("");
}
