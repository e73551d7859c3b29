/**
 * Turns what a command prints, colours included, into an SVG: `tsx scripts/screenshot.ts docs/analyze.svg -- cachectl analyze …`.
 * The picture in the README is made by it, so that it shows the real program.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

const columns = 104;
const characterWidth = 8.43;
const lineHeight = 18;
const padding = 16;

/** SGR code → fill; the palette of a common dark terminal theme. */
const fills: Record<number, string> = {
  31: "#ff6b6b",
  32: "#69db7c",
  33: "#ffd43b",
  34: "#74c0fc",
  35: "#da77f2",
  36: "#66d9e8",
  90: "#868e96",
  91: "#ff8787",
};

/** Select Graphic Rendition, ESC [ numbers m. */
const styleChange = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m)`);

interface Style {
  bold: boolean;
  dim: boolean;
  inverse: boolean;
  fill: string;
}

const plain: Style = { bold: false, dim: false, inverse: false, fill: "#e9ecef" };

const separator = process.argv.indexOf("--");
const [file = "screenshot.svg", maxLines = "200"] = process.argv.slice(2, separator);
const [program = "", ...args] = process.argv.slice(separator + 1);
const run = spawnSync(program, args, {
  encoding: "utf8",
  env: { ...process.env, FORCE_COLOR: "1", COLUMNS: String(columns) },
  maxBuffer: 2 ** 26,
});
const shown = [
  "$ " + [program.split("/").at(-1)?.replace(/\.js$/, ""), ...args].join(" "),
  ...run.stdout.trimEnd().split("\n"),
];
writeFileSync(file, svg(shown.slice(0, Number(maxLines))));

function svg(lines: string[]): string {
  const width = Math.ceil(columns * characterWidth + 2 * padding);
  const height = lines.length * lineHeight + 2 * padding;
  const rows = lines.map((line, index) => row(line, padding + (index + 0.8) * lineHeight));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<rect width="${width}" height="${height}" rx="8" fill="#1b1f24"/>
${rows.join("\n")}
</svg>
`;
}

/** Each run of one style is placed by its column, because fonts differ in width. */
function row(line: string, y: number): string {
  let style = plain;
  let column = 0;
  const spans: string[] = [];
  for (const part of line.split(styleChange)) {
    const codes = part.startsWith("\u001b[") ? part.slice(2, -1) : undefined;
    if (codes !== undefined) style = codes.split(";").map(Number).reduce(apply, style);
    else if (part !== "") {
      spans.push(span(part, column, y, style));
      column += part.length;
    }
  }
  return spans.join("");
}

function span(text: string, column: number, y: number, { bold, dim, inverse, fill }: Style): string {
  const x = padding + column * characterWidth;
  const length = text.length * characterWidth;
  const box = inverse
    ? `<rect x="${x.toFixed(1)}" y="${(y - 14).toFixed(1)}" width="${length.toFixed(1)}" height="${lineHeight}" fill="${fill}"/>`
    : "";
  const weight = bold ? ' font-weight="bold"' : "";
  const opacity = dim ? ' opacity="0.65"' : "";
  return `${box}<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${inverse ? "#1b1f24" : fill}" textLength="${length.toFixed(1)}" xml:space="preserve"${weight}${opacity}>${escape(text)}</text>`;
}

function apply(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 7) return { ...style, inverse: true };
  if (code === 27) return { ...style, inverse: false };
  // chalk's white.bgRed: the verdict of a bad night.
  if (code === 41) return { ...style, inverse: true, fill: "#ff6b6b" };
  if (code === 49) return { ...style, inverse: false };
  if (code === 39) return { ...style, fill: plain.fill };
  return { ...style, fill: fills[code] ?? style.fill };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
