/** Receives the library's log lines; pino and console fit. Without a logger the library logs nothing. */
export type Logger = {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

const nothing = (): void => undefined

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
