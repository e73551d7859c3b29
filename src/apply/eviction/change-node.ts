import { CachectlError } from "../../model/errors.js";
import type { NodeChange, SettingChange } from "../../model/eviction-plan.js";
import type { EvictionJournal } from "./eviction-journal.js";
import type { SettingsPort } from "./settings-port.js";

export interface ChangeDeps {
  journal: EvictionJournal;
  /** ISO 8601. */
  at: () => string;
  persist: boolean;
  /** What cannot be kept over a restart, and the like: sentences for the report. */
  note: (sentence: string) => void;
}

/**
 * Gives a node its new values: sees that it still has the old ones (facts age), announces them in the journal, sets them in order,
 * reads them back, and has the server keep them. What was set before a refusal is put back. Writes.
 *
 * @param undo the values are those of before the change, and the journal says so
 * @returns what was done, as a sentence
 * @throws CachectlError change: `value-changed` before anything was set; what the server said; `not-in-force` where it accepted a
 *   value and does not have it
 */
export async function changeNode(
  port: SettingsPort,
  { node, changes }: NodeChange,
  { journal, at, persist, note }: ChangeDeps,
  { undo }: { undo: boolean },
): Promise<string> {
  await recheck(port, node, changes);
  const announced = journal.write({ kind: undo ? "undo" : "change", at: at(), node, changes });
  // A full disk must not keep a change from being taken back.
  await (undo ? announced.catch(noted(note)) : announced);
  await setAll(port, node, changes);
  const lost = persist ? await keep(port, changes, note) : null;
  if (lost !== null) note(`${lost}. A restart of ${node} loses the change.`);
  await journal.write({ kind: undo ? "undone" : "changed", at: at(), node }).catch(noted(note));
  const kept = !persist ? "" : lost === null ? ", kept in its configuration file" : ", lost with a restart";
  const values = changes.map(({ name, from, to }) => `${name} ${to} (was ${from})`).join(", ");
  return `${node}: ${undo ? "put back " : ""}${values}${kept}`;
}

/** What only tells of the past must not end the run: the values are set, whether the journal has it or not. */
export function noted(note: (sentence: string) => void): (error: unknown) => void {
  return (error) => note(cachectlError(error).message);
}

/** As `SettingsPort.persist`. Where no answer came, the values are put back, in the file too: nobody knows which ones it has. */
async function keep(
  port: SettingsPort,
  changes: readonly SettingChange[],
  note: (sentence: string) => void,
): Promise<string | null> {
  try {
    return await port.persist();
  } catch (error) {
    const failure = await putBack(port, changes, cachectlError(error));
    const lost = await port.persist().catch((again: unknown) => cachectlError(again).message);
    if (lost !== null) note(`The configuration file may have the new values: ${lost}`);
    throw failure;
  }
}

async function recheck(port: SettingsPort, node: string, changes: readonly SettingChange[]): Promise<void> {
  const present = await port.read();
  const other = changes.find(({ name, from, to }) => present[name] !== from && present[name] !== to);
  if (other === undefined) return;
  throw new CachectlError(
    "change",
    "value-changed",
    `${node} has ${other.name} ${present[other.name] ?? "unknown"} by now, and not ${other.from}: somebody else changed it`,
    "Look with `cachectl evict-policy get`, and run the command again.",
  );
}

async function setAll(port: SettingsPort, node: string, changes: readonly SettingChange[]): Promise<void> {
  const begun: SettingChange[] = [];
  try {
    for (const change of changes) {
      begun.push(change);
      await port.write(change.name, change.to);
    }
    await checkInForce(port, node, changes);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    throw await putBack(port, begun, error);
  }
}

async function checkInForce(port: SettingsPort, node: string, changes: readonly SettingChange[]): Promise<void> {
  const present = await port.read();
  const other = changes.find(({ name, to }) => present[name] !== to);
  if (other === undefined) return;
  throw new CachectlError(
    "change",
    "not-in-force",
    `${node} accepted ${other.name} ${other.to} and still has ${present[other.name] ?? "no such setting"}`,
    "A proxy or a service may answer for the server; look at it directly.",
  );
}

/** @returns the first error, with what became of the values that were set before it */
async function putBack(
  port: SettingsPort,
  begun: readonly SettingChange[],
  first: CachectlError,
): Promise<CachectlError> {
  const before = await port.read().catch(unknownValues);
  if (before === null) return unsettled(first, "what is in force there now is not known");
  for (const { name, from } of begun.toReversed()) {
    if (before[name] === from) continue;
    const failed = await port.write(name, from).then(() => null, cachectlError);
    if (failed !== null) return unsettled(first, `${name} could not be put back to ${from} (${failed.message})`);
  }
  return first;
}

function unsettled({ code, message, hint }: CachectlError, how: string): CachectlError {
  return new CachectlError("change", code, `${message}; ${how}`, hint);
}

function unknownValues(error: unknown): null {
  cachectlError(error);
  return null;
}

function cachectlError(error: unknown): CachectlError {
  if (error instanceof CachectlError) return error;
  throw error;
}
