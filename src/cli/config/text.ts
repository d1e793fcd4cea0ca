/** The text of a file without a byte order mark, which editors of Windows put before it. */
export function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** A value without blanks and one pair of quotes round it: `docker run --env-file` keeps both. */
export function withoutQuotes(text: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(text.trim()) ?? []
  return (inner ?? text).trim()
}
