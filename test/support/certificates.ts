import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TlsSettings } from "../../src/model/profile.js";

const run = promisify(execFile);

/**
 * Writes a certificate authority (`ca`), certificates it signed for this host (`server`), for another host (`elsewhere`)
 * and for clients (`client`), and an authority that signed none of them (`stranger`): `<name>.crt` and `<name>.key`.
 */
export async function writeCertificates(dir: string): Promise<void> {
  await Promise.all([makeCertificate(dir, "ca"), makeCertificate(dir, "stranger")]);
  await Promise.all([
    makeCertificate(dir, "server", "DNS:localhost,IP:127.0.0.1"),
    makeCertificate(dir, "elsewhere", "DNS:elsewhere.example"),
    makeCertificate(dir, "client", "DNS:client.example"),
  ]);
}

/** With alternative names a leaf signed by `ca`, else an authority of its own. */
async function makeCertificate(dir: string, name: string, alternativeNames?: string): Promise<void> {
  const leaf = ["-addext", `subjectAltName=${alternativeNames}`, "-addext", "basicConstraints=critical,CA:FALSE"];
  const signed = alternativeNames === undefined ? [] : ["-CA", "ca.crt", "-CAkey", "ca.key", ...leaf];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
  await run(
    "openssl",
    ["req", "-x509", ...signed, ...key, "-out", `${name}.crt`, "-days", "2", "-subj", `/CN=${name}`],
    {
      cwd: dir,
    },
  );
}

/** A profile's TLS settings that trust `ca`, or whom else is named; with the client certificate where asked for. */
export async function trusting(dir: string, ca = "ca", more: Partial<TlsSettings> = {}): Promise<TlsSettings> {
  const settings = { cert: null, key: null, passphrase: null, servername: null, insecure: false };
  return { ...settings, ca: await readFile(join(dir, `${ca}.crt`), "utf8"), ...more };
}

/** The client certificate, for {@link trusting}. */
export async function clientCertificate(dir: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all(["client.crt", "client.key"].map((file) => readFile(join(dir, file), "utf8")));
  return { cert: cert ?? "", key: key ?? "" };
}
