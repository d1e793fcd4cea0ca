/** The last net before anything is printed: of a URL only the host remains, and the wallet's key never appears. */
export function redact(text: string, key: string | undefined): string {
  const hosts = text.replace(/\b(?:https?|wss?):\/\/[^\s"'<>]+/gi, hostOf)
  const digits = key?.replace(/^0x/i, '') ?? ''
  // Anything shorter is no key, and would blot out what is none.
  return digits.length < 32 ? hosts : hosts.replace(new RegExp(digits.replace(/[^\da-z]/gi, '\\$&'), 'gi'), '…')
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '…'
}
