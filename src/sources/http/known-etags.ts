import { readFile } from "node:fs/promises";
import { CachectlError } from "../../model/errors.js";

/** The ETag of every document as it was when it was last written, in a file between runs. */
export class KnownEtags {
  readonly #now = new Map<string, string>();

  private constructor(
    private readonly path: string | null,
    private readonly before: Readonly<Record<string, string>>,
  ) {}

  /** @param path null: nothing is remembered. @throws CachectlError usage: the file is something else */
  static async load(path: string | null): Promise<KnownEtags> {
    if (path === null) return new KnownEtags(null, {});
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return new KnownEtags(path, {});
      throw unusable(path, "cannot be read", error);
    }
    return new KnownEtags(path, parseEtags(text, path));
  }

  /** Null: this document is not known. */
  of(url: string): string | null {
    return this.path !== null && Object.hasOwn(this.before, url) ? (this.before[url] ?? null) : null;
  }

  /** The document was seen with this ETag, or has none. */
  saw(url: string, etag: string | null): void {
    if (etag !== null) this.#now.set(url, etag);
  }

  /** Remembers what was seen in this run, and nothing else: a document that is not asked for any more is forgotten. */
  async save(writeFile: (path: string, text: string) => Promise<void>): Promise<void> {
    if (this.path === null) return;
    await writeFile(this.path, `${JSON.stringify({ version: 1, etags: Object.fromEntries(this.#now) })}\n`);
  }
}

function parseEtags(text: string, path: string): Record<string, string> {
  try {
    const { version, etags } = JSON.parse(text) as { version?: unknown; etags?: unknown };
    const isMapping = typeof etags === "object" && etags !== null;
    if (version === 1 && isMapping && Object.values(etags).every((etag) => typeof etag === "string"))
      return etags as Record<string, string>;
  } catch (error) {
    throw unusable(path, "is not JSON", error);
  }
  throw unusable(path, "was not written by cachectl warm", null);
}

function unusable(path: string, why: string, cause: unknown): CachectlError {
  const hint = "Remove it, and everything is fetched once more; or name another file.";
  return new CachectlError("usage", "etags-file", `source.etags: ${path} ${why}`, hint, cause);
}
