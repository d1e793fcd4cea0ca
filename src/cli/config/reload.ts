import type { Broker } from '../../index.ts'
import { checkOnDeployment } from './deployment.ts'
import { fundedProvidersIn, readConfig, type FundingConfig } from './file.ts'
import type { Funding } from '../session/funding.ts'

/** Options of the broker: they hold until the process is started again. */
const FIXED = ['network', 'intervalMs', 'budget', 'autoClaim'] as const satisfies readonly (keyof FundingConfig)[]

export type Reload = {
  file: string
  /** The config with which the process was started. */
  config: FundingConfig
  broker: Broker
  funding: Funding
  say: (text: string) => void
}

/** Reads the file again at each call, one call after another. An invalid file changes nothing. */
export function createReload({ file, config, broker, funding, say }: Reload): () => Promise<void> {
  let turn = Promise.resolve()
  return () => (turn = turn.then(reload))

  async function reload(): Promise<void> {
    try {
      const next = await readConfig(file)
      const funded = fundedProvidersIn(next)
      checkOnDeployment(broker, funded)
      const { added, removed, changed } = funding.apply(funded)
      say(`${file} is read again: ${added} added, ${removed} removed, ${changed} changed.${lateIn(next)}`)
    } catch (error) {
      say(`The old config stays in effect. ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  function lateIn(next: FundingConfig): string {
    const late = FIXED.filter((name) => JSON.stringify(next[name]) !== JSON.stringify(config[name]))
    return late.length === 0 ? '' : ` Changes of ${late.join(' and ')} take effect at the next start.`
  }
}
