import { checkOptions, isSignal, isWhole, type Fields } from '../base/check-options.ts'
import type { Page } from './market.types.ts'

/** Which part of the market to list. */
export type MarketOptions = {
  /** Number of the first service; 0 by default. */
  offset?: number
  /** At most so many services, from 1 to 50; 50 by default. */
  limit?: number
  /** Ends the wait. */
  signal?: AbortSignal | undefined
}

/** The most services that the contracts give at a time. */
const MAX_PAGE = 50

const fields: Fields<MarketOptions> = {
  offset: isWhole({ least: 0, most: Number.MAX_SAFE_INTEGER }),
  limit: isWhole({ least: 1, most: MAX_PAGE }),
  signal: isSignal,
}

/** @throws InvalidInputError for a page that no list has */
export function pageOf(subject: string, options: MarketOptions): Page {
  checkOptions(subject, options, fields)
  return { offset: options.offset ?? 0, limit: options.limit ?? MAX_PAGE }
}
