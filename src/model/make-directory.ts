/** What of `node:fs` and `node:path` it takes. */
export interface DirectoryTools {
  mkdirSync: (path: string, options: { mode: number }) => void;
  statSync: (path: string) => { isDirectory(): boolean };
  dirname: (path: string) => string;
}

/**
 * Makes a directory, and those above it that are not there. Node's own `recursive: true` never ends, and cannot be interrupted,
 * where a directory that exists takes no new ones and says ENOENT, as /proc does.
 *
 * @throws the file system's error
 */
export function makeDirectory(path: string, mode: number, tools: DirectoryTools): void {
  const { mkdirSync, dirname } = tools;
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Also where another process was faster, or the place is read-only.
    if (isDirectory(path, tools)) return;
    const parent = dirname(path);
    if ((error as { code?: string }).code !== "ENOENT" || isDirectory(parent, tools)) throw error;
    makeDirectory(parent, mode, tools);
    makeDirectory(path, mode, tools);
  }
}

function isDirectory(path: string, { statSync }: DirectoryTools): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
