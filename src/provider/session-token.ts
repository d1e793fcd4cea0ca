import { InvalidInputError, OgLedgerError } from '../base/errors.ts'
import { safeReason } from './safe-text.ts'

const HOUR_MS = 3_600_000
/** The longest that a provider takes of an ephemeral token. */
const LIFE_MS = 24 * HOUR_MS
/** Ephemeral: not in the account's bitmap of revoked tokens, and bound to its generation alone. */
const EPHEMERAL_TOKEN_ID = 255

export type SessionTokensOptions = {
  /** The user's address. */
  wallet: string
  /** Signs keccak256 of the UTF-8 message, its 32 raw bytes as an EIP-191 message; gives 65 bytes in hex. */
  sign(message: string): Promise<string>
  /** Milliseconds since 1970. */
  now?: () => number
}

export type SessionTokens = {
  /**
   * What the wallet shows a provider to be known: `app-sk-…`. It is good for that provider alone, but whoever holds it
   * can spend what the sub-account has there. Signed once, kept, and signed again when less than an hour is left.
   *
   * @param generation of the inference sub-account: it rises when the user revokes all tokens
   * @throws SessionTokenError when the wallet does not sign
   */
  tokenFor(provider: string, generation: number): Promise<string>
}

/** The wallet did not sign what a provider wants to see. */
export class SessionTokenError extends OgLedgerError {
  override readonly name = 'SessionTokenError'
}

type Session = { generation: number; expiresAt: number; token: string }
type Signing = { generation: number; session: Promise<Session> }

/** Session tokens of one wallet, one for each provider, in memory only. */
export function createSessionTokens({ wallet, sign, now = Date.now }: SessionTokensOptions): SessionTokens {
  const sessions = new Map<string, Session>()
  const signings = new Map<string, Signing>()

  return {
    async tokenFor(provider, generation) {
      if (!Number.isSafeInteger(generation) || generation < 0)
        throw new InvalidInputError('A generation is a whole number from 0 up.', { generation: String(generation) })
      const key = provider.toLowerCase()
      for (;;) {
        const kept = sessions.get(key)
        if (kept && kept.generation === generation && isFresh(kept)) return kept.token
        const signing = signings.get(key)
        if (!signing) return (await begin(key, provider, generation)).token
        if (signing.generation === generation) return (await signing.session).token
        // Asking a wallet for two signatures at once confuses whoever looks at it.
        await signing.session.catch(() => undefined)
      }
    },
  }

  function begin(key: string, provider: string, generation: number): Promise<Session> {
    const session = signed(provider, generation)
      .then((session) => {
        sessions.set(key, session)
        return session
      })
      .finally(() => signings.delete(key))
    signings.set(key, { generation, session })
    return session
  }

  async function signed(provider: string, generation: number): Promise<Session> {
    const timestamp = Math.floor(now())
    const expiresAt = timestamp + LIFE_MS
    const nonce = randomHex(16)
    // Providers hash this text as it stands, and older ones read it by position: the order of keys is part of it.
    const message = JSON.stringify({
      address: wallet,
      provider,
      timestamp,
      expiresAt,
      nonce,
      generation,
      tokenId: EPHEMERAL_TOKEN_ID,
    })
    const signature = await signatureOf(message, provider)
    if (!/^0x[0-9a-f]{128}1[bc]$/i.test(signature))
      throw new SessionTokenError('The wallet gave a signature that no provider can verify.', {
        provider,
        expected: '65 bytes in hex, the last of them 27 or 28',
      })
    return { generation, expiresAt, token: `app-sk-${btoa(`${message}|${signature}`)}` }
  }

  async function signatureOf(message: string, provider: string): Promise<string> {
    try {
      return await sign(message)
    } catch (error) {
      // Without its cause: a wallet's error quotes what it was to sign.
      throw new SessionTokenError(
        'The wallet did not sign in with the provider.',
        { provider, reason: safeReason(error, [message]) },
        { retryable: true },
      )
    }
  }

  /** A token with more than its whole life left was made before the clock was set back. */
  function isFresh({ expiresAt }: Session): boolean {
    const left = expiresAt - now()
    return left >= HOUR_MS && left <= LIFE_MS
  }
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
}
