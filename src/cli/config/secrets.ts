/** Names under which a key, or what opens one, would stand. */
const SECRET_NAME = /key|secret|mnemonic|seed|passw|passphrase|credential|token/i
/** 64 hex digits with or without 0x: nothing else in a config is as long. */
const HEX_KEY = /(?:^|[^\da-f])(?:0x)?[\da-f]{64}(?![\da-f])/i
const WORDS = /^\s*[a-z]{3,8}(?:\s+[a-z]{3,8}){11,23}\s*$/

/** Where a value holds what looks like a key; null where nothing does. The path shows nothing of what is there. */
export function secretIn(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return HEX_KEY.test(value) || WORDS.test(value) ? path : null
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    // A name may be what was pasted: it is shown only where it is plainly a name.
    if (HEX_KEY.test(name) || WORDS.test(name)) return path
    const step = Array.isArray(value) ? `[${name}]` : /^[a-z_-]{1,24}$/i.test(name) ? `.${name}` : '.…'
    const here = `${path}${step}`.replace(/^\./, '')
    if (!Array.isArray(value) && SECRET_NAME.test(name)) return here
    const found = secretIn(inner, here)
    if (found !== null) return found
  }
  return null
}
