import type { ReadingArguments } from '../arguments/options.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingSession } from '../session/session.ts'
import { findKeeper, type Keeper } from './client.ts'

/** @throws Error where no process of this user keeps the wallet and takes commands */
export async function withKeeper<T>(args: ReadingArguments, work: (keeper: Keeper) => Promise<T>): Promise<T> {
  await using session = await readingSession(args, { signal: interrupted })
  const { broker } = session
  const keeper = await findKeeper(broker, interrupted)
  if (keeper) return await work(keeper)
  throw new Error(
    `No process of this user and machine keeps ${broker.wallet} and takes commands: auto-fund and serve do while they run.`,
  )
}
