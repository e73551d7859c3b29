import { parseMonitorLine } from "../../protocol/monitor-line.js";
import { FrequentNames } from "./frequent-names.js";

/** What follows in a line is values: a key stands near its beginning. */
const longestLine = 16_384;

/** Counts the keys in what a MONITOR sends, in bounded memory whatever the values are. */
export class MonitorBurst {
  readonly names = new FrequentNames();
  readonly databases = new Set<number>();
  lines = 0;
  bytes = 0;
  /** Lines that were longer than what is read of one. */
  cutLines = 0;
  /** The error that MONITOR was answered with; null while it was not. */
  refusal: string | null = null;
  /** Resolves with what the server says to MONITOR itself: from then on there are lines. */
  readonly answered: Promise<void>;
  #line = "";
  #isAnswered = false;
  #onAnswer = () => {};

  /** @param ownClients addresses of connections that are not part of the load */
  constructor(private readonly ownClients: ReadonlySet<string>) {
    this.answered = new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
  }

  /** One character a byte, pieces of any size. */
  take(piece: string): void {
    this.bytes += piece.length;
    let from = 0;
    // A line holds no line feed of its own: the server escapes them.
    for (let end = piece.indexOf("\n"); end !== -1; end = piece.indexOf("\n", from)) {
      this.append(piece, from, end);
      this.finishLine();
      from = end + 1;
    }
    this.append(piece, from, piece.length);
  }

  private append(piece: string, from: number, to: number): void {
    const room = longestLine - this.#line.length;
    if (to > from && room > 0) this.#line += piece.slice(from, Math.min(to, from + room));
  }

  private finishLine(): void {
    const line = this.#line;
    this.#line = "";
    if (!this.#isAnswered) {
      this.#isAnswered = true;
      if (line.startsWith("-")) this.refusal = line.slice(1).trimEnd();
      this.#onAnswer();
      return;
    }
    this.lines += 1;
    if (line.length === longestLine) this.cutLines += 1;
    const command = parseMonitorLine(line);
    if (command === null || this.ownClients.has(command.client) || command.keys.length === 0) return;
    this.databases.add(command.database);
    for (const key of command.keys) this.names.add(key);
  }
}
