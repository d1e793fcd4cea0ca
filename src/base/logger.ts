import { callSafely } from './call-safely.ts'

/** Receives the library's log lines; pino and console fit. Without a logger the library logs nothing. */
export type Logger = {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

const nothing = (): void => undefined

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }

const safe = new WeakSet<Logger>([silent])

/**
 * A logger that cannot fail. What the caller's own throws, or rejects with, is dropped: a line of a log decides nothing about money, and
 * must not end a reading or the following of a transaction. Every entry that takes a logger passes it on as one of these. One that cannot
 * fail is passed on as it is: the wallets of a fleet share the fleet's.
 */
export function safeLogger(logger: Logger = silent): Logger {
  if (safe.has(logger)) return logger
  const line =
    (level: keyof Logger) =>
    (details: object, message: string): void => {
      // There is no other place to say that it fails.
      callSafely(() => logger[level](details, message), nothing)
    }
  const made = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  safe.add(made)
  return made
}
