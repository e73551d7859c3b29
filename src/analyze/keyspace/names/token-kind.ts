/** What a part of a name looks like: an id at sight, a short number or mix that may be one, or a word. */
export const TokenKind = { wild: 0, code: 1, word: 2 } as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** What follows a part: the end of the name, nothing (`user` and `123` in `user123`), or a separator. */
export const Join = { end: 0, none: 1, weak: 2, strong: 3 } as const;
export type Join = (typeof Join)[keyof typeof Join];

/** One bit a class of characters, so that the classes that occur in a token are a mask. */
export const Class = {
  digit: 1,
  hexLower: 2,
  lower: 4,
  hexUpper: 8,
  upper: 16,
  other: 32,
  control: 64,
  weak: 128,
  strong: 256,
} as const;

export const separators = Class.weak | Class.strong;
const hexLetters = Class.hexLower | Class.hexUpper;
const hexCharacters = Class.digit | hexLetters;
const lowerLetters = Class.hexLower | Class.lower;
const upperLetters = Class.hexUpper | Class.upper;

/** Byte → its class. */
export const classes: Uint16Array = classTable();

function classTable(): Uint16Array {
  const table = new Uint16Array(256).fill(Class.other);
  const set = (characters: string, kind: number) => {
    for (const character of characters) table[character.charCodeAt(0)] = kind;
  };
  table.fill(Class.control, 0, 32);
  table[127] = Class.control;
  set("0123456789", Class.digit);
  set("abcdef", Class.hexLower);
  set("ghijklmnopqrstuvwxyz", Class.lower);
  set("ABCDEF", Class.hexUpper);
  set("GHIJKLMNOPQRSTUVWXYZ", Class.upper);
  set(".-_@", Class.weak);
  // Braces (of a hash tag, of JSON), brackets and quotes separate like a colon, and stay in the pattern.
  set(':/|#,;{}[]()"', Class.strong);
  return table;
}

/** Byte → the mask of the classes that do not count as a change from it: digits, lower case, upper case, the rest. */
export const alikeClasses: Uint16Array = classes.map((kind) => {
  if (kind === Class.digit) return Class.digit;
  if ((kind & lowerLetters) !== 0) return lowerLetters;
  if ((kind & upperLetters) !== 0) return upperLetters;
  return Class.other | Class.control;
});

/** Whether all characters are hexadecimal digits. */
export function isHex(seen: number): boolean {
  return (seen & ~hexCharacters) === 0;
}

/**
 * What one token is. Random text changes between digits, lower and upper case at more than every second character, words in
 * camel case at fewer; base36 without upper case has digits in many places.
 *
 * @param seen mask of the classes that occur
 * @param changes between digits, lower and upper case; `digitChanges` of those, the ones from or to a digit
 */
export function tokenKind(
  length: number,
  seen: number,
  digits: number,
  changes: number,
  digitChanges: number,
): TokenKind {
  if (length >= 64 || (seen & Class.control) !== 0) return TokenKind.wild;
  const random = length >= 16 && (digitChanges >= 4 || changes * 2 >= length);
  if ((seen & Class.digit) === 0) {
    return random || (length >= 16 && isHex(seen)) ? TokenKind.wild : TokenKind.word;
  }
  if (seen === Class.digit) return length >= 5 ? TokenKind.wild : TokenKind.code;
  if (random || (length >= 8 && isHex(seen))) return TokenKind.wild;
  // 20240115T103000Z
  return digits >= 8 && length - digits <= 2 ? TokenKind.wild : TokenKind.code;
}

/** Whether tokens joined by weak separators are one id: a date, an IPv4 address, hexadecimal in groups, base64url. */
export function isCompoundId(
  length: number,
  seen: number,
  digits: number,
  digitChanges: number,
  tokens: number,
): boolean {
  if (digits === 0) return false;
  if (seen === Class.digit) return digits >= 5 || tokens === 4;
  if (isHex(seen) && length >= 16) return true;
  if (digits >= 8 && length - digits <= 2) return true;
  return length >= 16 && digitChanges >= 6;
}
