import type { ArgsDef } from 'citty'
import { readingOptions, type ReadingArguments } from '../arguments/options.ts'
import { addressOf } from '../session/connection.ts'
import { serviceOption, serviceTypeOf } from '../session/services.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'
import { withKeeper } from './with-keeper.ts'

export const pauseOptions = {
  provider: { type: 'positional', required: false, description: 'one provider; all of the service where left out' },
  service: serviceOption,
  ...readingOptions,
} as const satisfies ArgsDef

/** Pauses or resumes auto-funding in the process that keeps the wallet. It lasts as long as that process. */
export async function setPaused(
  args: ReadingArguments & { provider?: string | undefined; service: string },
  isPaused: boolean,
): Promise<void> {
  const provider = args.provider === undefined ? null : addressOf(args.provider, 'PROVIDER')
  const service = serviceTypeOf(args.service)
  await withKeeper(args, async (keeper) => {
    const count = await keeper.pause(isPaused, { provider, service })
    const state = isPaused ? 'paused' : 'resumed'
    if (wantsJson(args)) return printJson({ type: state, process: keeper.pid, provider, service, subAccounts: count })
    const accounts = count === 1 ? '1 sub-account' : `${count} sub-accounts`
    print(`Auto-funding of ${accounts} is ${state} in process ${keeper.pid}.`)
  })
}
