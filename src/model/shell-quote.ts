/** One word for a POSIX shell. */
export function shellQuote(word: string): string {
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A line that runs a verb of this program on one target: `cachectl cluster fix -p prod`. */
export function verbLine(verb: string, target: string): string {
  return `cachectl ${verb} -p ${shellQuote(target)}`;
}
