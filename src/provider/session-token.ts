import { systemClock, type Clock } from '../base/clock.ts'
import { InvalidInputError } from '../base/errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { withTimeout } from '../base/timeout.ts'
import { safeReason } from './safe-text.ts'

const HOUR_MS = 3_600_000
/** A signer that never answers would keep every later question from the provider. */
const SIGN_MS = 30_000
/** The longest life of an ephemeral token that providers accept. */
const LIFE_MS = 24 * HOUR_MS
/** An ephemeral token is not in the account's bitmap of revoked tokens: it is revoked by a new generation alone. */
const EPHEMERAL_TOKEN_ID = 255

export type SessionTokensOptions = {
  /** The user's address. */
  wallet: string
  /** Signs keccak256 of the UTF-8 message, its 32 raw bytes as an EIP-191 message; returns 65 bytes in hex. */
  sign(message: string): Promise<string>
  clock?: Clock
}

export type SessionTokens = {
  /**
   * The token `app-sk-…` that signs the wallet in at a provider. It is valid at that provider alone, and its holder can
   * spend what the sub-account has there. Signed once, cached, and signed again when less than an hour is left.
   *
   * @param generation of the inference sub-account: it rises when the user revokes all tokens
   * @throws SessionTokenError when the wallet does not sign
   */
  tokenFor(provider: string, generation: number): Promise<string>
}

/** The wallet did not sign the token of a provider. */
export class SessionTokenError extends OgLedgerError {
  override readonly name = 'SessionTokenError'
}

type Session = { generation: number; expiresAt: number; token: string }
type Signing = { generation: number; session: Promise<Session> }

/** The session tokens of one wallet, one for each provider, in memory only. */
export function createSessionTokens({ wallet, sign, clock = systemClock }: SessionTokensOptions): SessionTokens {
  const sessions = new Map<string, Session>()
  const signings = new Map<string, Signing>()

  return {
    async tokenFor(provider, generation) {
      if (!Number.isSafeInteger(generation) || generation < 0)
        throw new InvalidInputError('A generation is a whole number from 0 up.', { generation: String(generation) })
      const key = provider.toLowerCase()
      for (;;) {
        const session = sessions.get(key)
        if (session && session.generation === generation && isFresh(session)) return session.token
        const signing = signings.get(key)
        if (!signing) return (await begin(key, provider, generation)).token
        if (signing.generation === generation) return (await signing.session).token
        // A wallet is asked for one signature of a provider at a time: two dialogs at once confuse the person at it.
        await signing.session.catch(() => undefined)
      }
    },
  }

  function begin(key: string, provider: string, generation: number): Promise<Session> {
    const session = signSession(provider, generation)
      .then((session) => {
        sessions.set(key, session)
        return session
      })
      .finally(() => signings.delete(key))
    signings.set(key, { generation, session })
    return session
  }

  async function signSession(provider: string, generation: number): Promise<Session> {
    const timestamp = Math.floor(clock.now())
    const expiresAt = timestamp + LIFE_MS
    const nonce = randomHex(16)
    // Providers hash this text byte by byte, and older ones read it by position, so the order of keys matters.
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
      return await withTimeout(SIGN_MS, () => sign(message), clock)
    } catch (error) {
      // Without the cause, because a wallet's error quotes the message that it was to sign.
      throw new SessionTokenError(
        'The wallet did not sign in with the provider.',
        { provider, reason: safeReason(error, [message]) },
        { retryable: true },
      )
    }
  }

  /** More than its whole life is left of a token only where the clock was set back since. */
  function isFresh({ expiresAt }: Session): boolean {
    const left = expiresAt - clock.now()
    return left >= HOUR_MS && left <= LIFE_MS
  }
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
}
