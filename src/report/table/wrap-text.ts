import { displayWidth, takeColumns } from "../display-width.js";

/** A number stays with its unit: "3 s", "97 %", "3.9 GB". */
const wordGap = / +(?!(?:s|ms|µs|%|[KMGTP]?B)(?:\W|$))/;

/**
 * Breaks `text` at spaces into lines of at most `width` columns. `first` stands before the first line and is part of its
 * width, `rest` before the others. Takes printable text without colour codes.
 */
export function wrapText(text: string, width: number, first = "", rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(wordGap).flatMap((word) => pieces(word, width - displayWidth(rest)))) {
    const joined = empty ? line + word : `${line} ${word}`;
    if (empty || displayWidth(joined) <= width) line = joined;
    else {
      lines.push(line);
      line = rest + word;
    }
    empty = false;
  }
  return [...lines, line];
}

/** A word that fits on no line, such as a long key, is cut where the line ends. */
function pieces(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const taken = takeColumns(word, Math.max(1, width));
  return taken === "" ? [word] : [taken, ...pieces(word.slice(taken.length), width)];
}
