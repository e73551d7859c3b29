import { readFile } from "node:fs/promises";
import type { Credentials, Profile, TlsSettings } from "../model/profile.js";
import { errorCode, ProfileError } from "./profile-error.js";
import type { LoginSpec, NamedTarget, TlsSpec } from "./profile-spec.js";
import { SecretResolver, type SecretDeps } from "./resolve-secrets.js";

/**
 * Fetches passwords and reads certificates, one target after the other, so that prompts do not mix.
 *
 * @throws ProfileError: what failed for each target, all in one go. Errors name paths and variables, never contents.
 */
export async function resolveProfiles(
  targets: readonly NamedTarget[],
  deps: Omit<SecretDeps, "readFile">,
): Promise<Profile[]> {
  const secrets = new SecretResolver({ ...deps, readFile: (path) => readFile(path, "utf8") });
  const profiles: Profile[] = [];
  const failures: ProfileError[] = [];
  for (const target of targets) {
    deps.signal?.throwIfAborted();
    try {
      profiles.push(await resolveProfile(target, secrets));
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw joined(failures);
  return profiles;
}

async function resolveProfile({ name, source, spec }: NamedTarget, secrets: SecretResolver): Promise<Profile> {
  const {
    login,
    sentinelLogin,
    tls,
    kind,
    role,
    labels,
    protected: isProtected,
    thresholds,
    ignore,
    zones,
    ...connection
  } = spec;
  const credentials = (wanted: LoginSpec | null, field: string): Promise<Credentials | null> =>
    resolveLogin(wanted, { profile: name, field }, secrets);
  return {
    ...connection,
    identity: {
      ...{ name, kind, role, labels, protected: isProtected, thresholds, ignore },
      ...(Object.keys(zones).length === 0 ? {} : { zones }),
    },
    source,
    kind,
    credentials: await credentials(login, "password"),
    sentinelCredentials: await credentials(sentinelLogin, "sentinelAuth.password"),
    tls: tls === null ? null : await resolveTls(tls, name, secrets),
  };
}

async function resolveLogin(
  login: LoginSpec | null,
  owner: { profile: string; field: string },
  secrets: SecretResolver,
): Promise<Credentials | null> {
  return login === null ? null : { username: login.username, password: await secrets.resolve(login.password, owner) };
}

async function resolveTls(tls: TlsSpec, profile: string, secrets: SecretResolver): Promise<TlsSettings> {
  const { passphrase, servername, insecure } = tls;
  return {
    ca: await readPem(tls.ca, profile, "tls.ca"),
    cert: await readPem(tls.cert, profile, "tls.cert"),
    key: await readPem(tls.key, profile, "tls.key"),
    passphrase: passphrase === null ? null : await secrets.resolve(passphrase, { profile, field: "tls.passphrase" }),
    servername,
    insecure,
  };
}

async function readPem(path: string | null, profile: string, field: string): Promise<string | null> {
  if (path === null) return null;
  const failure = (reason: string): ProfileError =>
    new ProfileError(
      "tls-file-unreadable",
      `profile ${profile}: ${field}: ${path} ${reason}`,
      "Name a PEM file that this user may read; a relative path starts in the directory of the profile.",
    );
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw failure(`cannot be read (${errorCode(error)})`);
  });
  // Anything else ends in an OpenSSL message that nobody can place.
  if (!text.includes("-----BEGIN ")) throw failure("is not in PEM format");
  return text;
}

function joined(failures: readonly ProfileError[]): ProfileError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const lines = failures.map(({ message }) => `  ${message}`);
  const hints = [...new Set(failures.map(({ hint }) => hint))];
  return new ProfileError(
    first?.code === "tls-file-unreadable" ? first.code : "secret-unavailable",
    `${failures.length} profiles cannot be used:\n${lines.join("\n")}`,
    hints.join(" "),
  );
}
