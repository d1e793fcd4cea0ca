/** A text of a stranger on one line: control characters and blanks become one blank, invisible characters disappear. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
}
