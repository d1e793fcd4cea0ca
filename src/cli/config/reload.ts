import type { Broker } from '../../index.ts'
import { checkOnDeployment } from './deployment.ts'
import { fundedProvidersIn, readConfig, type FundingConfig } from './file.ts'
import type { Deposits } from '../session/deposits.ts'
import type { Funding } from '../session/funding.ts'

/** Options of the broker: they hold until the process is started again. */
const FIXED = [
  'network',
  'intervalMs',
  'budget',
  'autoClaim',
  'alerts',
] as const satisfies readonly (keyof FundingConfig)[]

export type Reload = {
  file: string
  /** The config with which the process was started. */
  config: FundingConfig
  broker: Broker
  funding: Funding
  deposits: Deposits
  /** Refuses terms of deposits that would come from another address than the one whose key this process has. */
  checkPayer: (from: string | undefined) => void
  say: (text: string) => void
  /** Once it is aborted, no file is read any more: the process is about to end. */
  signal: AbortSignal
}

/** Reads the file again at each call, one call after another. An invalid file changes nothing. */
export function createReload(options: Reload): () => Promise<void> {
  const { file, config, broker, funding, deposits, checkPayer, say, signal } = options

  let turn = Promise.resolve()
  return () => (turn = turn.then(reload))

  async function reload(): Promise<void> {
    try {
      if (signal.aborted) return
      const next = await readConfig(file)
      if (signal.aborted) return
      const funded = fundedProvidersIn(next)
      checkOnDeployment(broker, funded)
      checkPayer(next.autoDeposit?.from)
      const { added, removed, changed } = funding.apply(funded)
      const deposit = deposits.apply(next.autoDeposit)
      const words = deposit === null ? '' : ` Auto-deposit is ${deposit}.`
      say(`${file} is read again: ${added} added, ${removed} removed, ${changed} changed.${words}${lateIn(next)}`)
    } catch (error) {
      say(`The old config stays in effect. ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  function lateIn(next: FundingConfig): string {
    const late = FIXED.filter((name) => JSON.stringify(next[name]) !== JSON.stringify(config[name]))
    return late.length === 0 ? '' : ` Changes of ${late.join(' and ')} take effect at the next start.`
  }
}
