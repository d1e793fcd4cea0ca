import type { Schema } from './schema.ts'

/** What `init` asks for. Amounts are in OG, and an empty text leaves its field out. */
export type Answers = {
  network: string
  providers: readonly string[]
  maxTopUp: string
  /** Such as `25/24h`. */
  totalBudget: string
  depositTrigger: string
  depositTarget: string
  /** The environment variable with Slack's URL. */
  slackEnv: string
}

export const USUAL: Answers = {
  network: 'mainnet',
  providers: [],
  maxTopUp: '5',
  totalBudget: '25/24h',
  depositTrigger: '',
  depositTarget: '',
  slackEnv: '',
}

/** A config file with these answers, which `parseConfig` reads. */
export function sampleConfig(
  { network, providers, maxTopUp, totalBudget, depositTrigger, depositTarget, slackEnv }: Answers,
  schema: string,
): Schema {
  const [amount, per] = totalBudget.split('/')
  return {
    $schema: schema,
    network,
    ...(totalBudget !== '' && { budget: { amount, per } }),
    ...(depositTrigger !== '' && { autoDeposit: { trigger: depositTrigger, target: depositTarget } }),
    ...(maxTopUp !== '' && { defaults: { maxTopUp } }),
    providers: providers.map((provider) => ({ provider })),
    ...(slackEnv !== '' && { alerts: { to: [{ slack: { env: slackEnv } }] } }),
  }
}
