import { randomUUID } from "node:crypto";
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file, by default one that only its owner may read, all of it or not at all. @throws the file system's error */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  // A pipe or device is written to: renaming over /dev/null would put a file in its place.
  if (await isSpecial(path)) await writeFile(path, text);
  else await replaceFile(path, text, mode);
}

/** Whether `writeWhole` has a chance, before any time is spent on what shall be written. @throws the file system's error */
export async function checkWritable(path: string): Promise<void> {
  if (await isSpecial(path)) return;
  const target = await realpath(path).catch(() => path);
  if ((await stat(target).catch(() => null))?.isDirectory() === true) throw new Error("it is a directory");
  // Of a file in its place the system only says that there is no permission to look into it.
  if (!(await stat(dirname(target))).isDirectory()) throw new Error(`${dirname(target)} is not a directory`);
  await access(dirname(target), constants.W_OK | constants.X_OK);
}

async function isSpecial(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isFile() && !found.isDirectory(),
    () => false,
  );
}

/** Under another name first: a full disk must not leave half a file that looks whole. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  // A link stays one, and what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const unfinished = `${target}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text, { mode });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
