/** Standard output and error as the rest of cli sees them. */
export interface Terminal {
  /** Columns to wrap at. */
  width: number;
  /** Whether standard output wants colours, flags aside. */
  color: boolean;
  /** Whether standard output and error are terminals. */
  interactiveOutput: boolean;
  interactiveErrors: boolean;
  /** Of standard error; 0 where it is no terminal, or one that does not know its width. */
  errorColumns: number;
  /** Resolves when the text has been handed to the reader: leaving before would cut a pipe off at 64 KiB. */
  print(text: string): Promise<void>;
  warn(text: string): Promise<void>;
}

/** The width of a page nobody can resize. */
const fileWidth = 100;

export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdout, stderr } = process;
  return {
    get width() {
      // A terminal that does not know its width reports 0.
      const columns = stdout.isTTY ? stdout.columns : Number(env["COLUMNS"]);
      return columns >= 1 ? columns : fileWidth;
    },
    color: wantsColor(env, stdout.isTTY),
    interactiveOutput: stdout.isTTY,
    interactiveErrors: stderr.isTTY,
    get errorColumns() {
      // A pipe has none at all, whatever the types say.
      return stderr.isTTY ? (stderr.columns as number | undefined) || 0 : 0;
    },
    print: (text) => write(stdout, text),
    warn: (text) => write(stderr, text),
  };
}

/** NO_COLOR and FORCE_COLOR count when they are set to anything (https://no-color.org); FORCE_COLOR=0 is a no. */
function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  return isTerminal && env["TERM"] !== "dumb";
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  // A reader that has gone (`| head -1`) is not an error of ours; the error handler in run.ts ends the process.
  return new Promise((resolve) => stream.write(text, () => resolve()));
}
