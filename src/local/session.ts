import { getBytes, id, verifyMessage } from 'ethers'

export type SessionRules = {
  provider: string
  /** Of the user's sub-account; null where the provider knows none, and refuses later. */
  generation: number | null
  nowMs: number
}

const DAY_MS = 86_400_000
const EPHEMERAL_TOKEN_ID = 255

/**
 * The address of the user that an Authorization header proves, by the rules and texts of the provider broker's session
 * validation, in their order.
 *
 * @throws Error with the provider's text
 */
export function validateSession(header: string | undefined, { provider, generation, nowMs }: SessionRules): string {
  const { message, signature, token } = parse(header)
  const { expiresAt, timestamp } = token as { expiresAt: number; timestamp: number }
  if (String(token['provider']).toLowerCase() !== provider.toLowerCase())
    throw new Error('session token is for different provider')
  const isEphemeral = token['tokenId'] === EPHEMERAL_TOKEN_ID
  if (isEphemeral && expiresAt === 0) throw new Error('ephemeral token must have an expiration time')
  if (isEphemeral && expiresAt - timestamp > DAY_MS) throw new Error('ephemeral token duration cannot exceed 24 hours')
  if (expiresAt > 0 && Math.floor(nowMs / 1_000) > Math.floor(expiresAt / 1_000))
    throw new Error('session token expired')
  if (generation !== null && token['generation'] !== generation) throw new Error('token has been revoked')
  const bytes = getBytes(signature)
  if (bytes.length !== 65) throw new Error('invalid signature length')
  if (bytes[64] !== 27 && bytes[64] !== 28) throw new Error('failed to recover public key from signature')
  const user = String(token['address'])
  if (verifyMessage(getBytes(id(message)), signature).toLowerCase() !== user.toLowerCase())
    throw new Error('signature verification failed: address mismatch')
  return user
}

/** The address that an Authorization header claims to be of. @throws Error with the provider's text */
export function claimedUser(header: string | undefined): string {
  return String(parse(header).token['address'])
}

function parse(header: string | undefined) {
  const prefix = 'Bearer app-sk-'
  if (!header?.startsWith(prefix)) throw new Error('missing or invalid Authorization header')
  const encoded = header.slice(prefix.length)
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded))
    throw new Error('invalid base64 in Authorization header')
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const bar = decoded.indexOf('|')
  if (bar === -1) throw new Error('invalid Authorization payload, expect base64(rawMessage:signature)')
  const [message, signature] = [decoded.slice(0, bar), decoded.slice(bar + 1)]
  return { message, signature, token: JSON.parse(message) as Record<string, unknown> }
}
