import { defineCommand } from 'citty'
import { sendTestAlert, type TestResult } from '../../alerts/index.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { outputOptions } from '../arguments/options.ts'
import { receiversIn } from '../config/alert-terms.ts'
import { readConfig } from '../config/file.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'

export const command = defineCommand({
  args: {
    action: { type: 'positional', required: true, description: 'test: sends each receiver one alert, and its end' },
    config: { type: 'string', valueHint: 'file', description: 'the config file whose alerts are meant' },
    ...outputOptions,
  },
  async run({ args }) {
    if (args.action !== 'test') throw new UsageError('og-ledger alerts knows one action: test.')
    if (args.config === undefined) throw new UsageError('--config FILE is missing: it says where alerts go.')
    const { alerts, network } = await readConfig(args.config)
    if (!alerts) throw new UsageError(`${args.config} has no alerts.`)
    const name = typeof network === 'object' ? `${network.chainId}` : (network ?? 'unknown')
    const results = await sendTestAlert(receiversIn(alerts), { network: name, wallet: 'none: this is a test' })
    for (const result of results) report(result, wantsJson(args))
    const failed = results.filter(({ error }) => error !== null)
    if (failed.length > 0)
      throw new Error(`${failed.length} of ${results.length} receivers did not take the test alert.`)
  },
})

function report({ receiver, error }: TestResult, json: boolean): void {
  if (json) printJson({ type: 'alert-test', receiver, taken: error === null, error: error?.message ?? null })
  else print(error === null ? `${receiver} took the test alert.` : error.message)
}
