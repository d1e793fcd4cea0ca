/** A text of a stranger on one line: control characters and blanks become one blank, invisible characters disappear. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
}

/**
 * A text of several lines without what a terminal obeys: escape sequences go as a whole, other control characters and those
 * that change the direction of the text one by one. Line ends and tabs stay.
 */
export function withoutControls(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, '').replace(CONTROL, '')
}

/** The same for a text that this process has coloured: colours stay. */
export function withColorsAlone(text: string): string {
  // Every second part is a colour.
  return text
    .split(COLOR)
    .map((part, index) => (index % 2 === 0 ? withoutControls(part) : part))
    .join('')
}

// oxlint-disable-next-line no-control-regex
const COLOR = /(\u001B\[[\d;]{0,16}m)/

/** CSI and OSC sequences, and those of two characters; bounded, so that no text makes the pattern slow. */
const ESCAPE_SEQUENCE =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C]{0,512}(?:\u0007|\u001B\\|\u009C)|\u001B[@-Z\\^_]/g
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
