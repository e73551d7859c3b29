const zeroWidth = /^(?:\p{Mark}|\p{Format})+$/u;
const emoji = /\p{Emoji_Presentation}|\ufe0f/u;
/** East Asian wide and fullwidth blocks (Unicode annex 11). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

/** How many terminal columns `text` takes. Takes printable text without colour codes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/** `text` cut to at most `width` columns, with an ellipsis in the last one when something was cut. */
export function truncate(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${takeColumns(text, width - 1)}…`;
}

/** The longest beginning of `text` that takes at most `width` columns. Never cuts within a grapheme. */
export function takeColumns(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > width) break;
    taken += grapheme;
  }
  return taken;
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (zeroWidth.test(grapheme)) return 0;
  return emoji.test(grapheme) || wide.test(grapheme) ? 2 : 1;
}
