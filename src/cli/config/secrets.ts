/** Names of fields that would hold a key, or a password for one. */
const SECRET_NAME = /key|secret|mnemonic|seed|passw|passphrase|credential|token/i
/** 64 hex digits with or without 0x: no other value of a config is as long. */
const HEX_KEY = /(?:^|[^\da-f])(?:0x)?[\da-f]{64}(?![\da-f])/i
const WORDS = /^\s*[a-z]{3,8}(?:\s+[a-z]{3,8}){11,23}\s*$/

/** The path to a value that looks like a key; null without one. The path contains no part of that value. */
export function secretIn(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return HEX_KEY.test(value) || WORDS.test(value) ? path : null
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    // The name itself may be a pasted key: only a short plain word goes into the path.
    if (HEX_KEY.test(name) || WORDS.test(name)) return path
    const step = Array.isArray(value) ? `[${name}]` : /^[a-z_-]{1,24}$/i.test(name) ? `.${name}` : '.…'
    const here = `${path}${step}`.replace(/^\./, '')
    if (!Array.isArray(value) && SECRET_NAME.test(name)) return here
    const found = secretIn(inner, here)
    if (found !== null) return found
  }
  return null
}

/** The parts of a command line that look like keys: no message repeats them. */
export function secretsIn(argv: readonly string[]): string[] {
  return argv.flatMap((word) => [...(WORDS.test(word) ? [word] : []), ...(word.match(/[\da-f]{64,}/gi) ?? [])])
}
