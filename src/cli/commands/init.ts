import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { defineCommand } from 'citty'
import { parseConfig } from '../config/file.ts'
import { sampleConfig, USUAL, type Answers } from '../config/sample.ts'
import { withoutUndefined } from '../config/terms.ts'
import { budgetOf } from '../config/terms-options.ts'
import { amountOf } from '../arguments/values.ts'
import { networkOptions, outputOptions } from '../arguments/options.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { addressOf } from '../session/connection.ts'
import { variable } from '../session/environment.ts'
import { ask, askChoice, askText, mayProceed } from '../session/questions.ts'

export const command = defineCommand({
  args: {
    file: { type: 'positional', required: false, description: 'the file to write (og-ledger.json)' },
    network: networkOptions.network,
    provider: { type: 'string', valueHint: 'addresses', description: 'of the providers, with commas' },
    'max-top-up': {
      type: 'string',
      valueHint: 'OG',
      description: `the most that one top-up sends (${USUAL.maxTopUp})`,
    },
    'total-budget': {
      type: 'string',
      valueHint: 'OG/time',
      description: `the most that all of them get together (${USUAL.totalBudget})`,
    },
    'deposit-trigger': { type: 'string', valueHint: 'OG', description: 'deposit once the ledger has less' },
    'deposit-target': { type: 'string', valueHint: 'OG', description: 'and fill it up to that' },
    'slack-env': { type: 'string', valueHint: 'name', description: "the environment variable with Slack's URL" },
    ...outputOptions,
    yes: { type: 'boolean', description: 'asks nothing: what is left out is the usual' },
  },
  async run({ args }) {
    const file = args.file ?? 'og-ledger.json'
    if (existsSync(file)) throw new UsageError(`${file} is there already, and nothing was written.`)
    mayProceed(args)
    const given = {
      network: args.network ?? (variable('OG_NETWORK') || undefined),
      providers: args.provider?.split(',').map((one) => addressOf(one.trim(), '--provider')),
      maxTopUp: args['max-top-up'],
      totalBudget: args['total-budget'],
      depositTrigger: args['deposit-trigger'],
      depositTarget: args['deposit-target'],
      slackEnv: args['slack-env'],
    }
    const answers = args.yes ? { ...USUAL, ...withoutUndefined<Partial<Answers>>(given) } : await answersTo(given)
    if (answers.providers.length === 0) throw new UsageError('A provider is missing: --provider ADDRESS.')
    const text = `${JSON.stringify(sampleConfig(answers, schemaFor(file)), null, 2)}\n`
    parseConfig(text)
    note(text)
    if (!args.yes) await ask(`Shall this be written to ${file}?`)
    await writeFile(file, text, { flag: 'wx' })
    if (wantsJson(args)) return printJson({ type: 'config', file })
    print(`${file} is written. What it would do now: og-ledger plan --config ${file}`)
  },
})

type Given = { [Name in keyof Answers]: Answers[Name] | undefined }

/** Asks for what is not given. */
async function answersTo(given: Given): Promise<Answers> {
  const network = given.network ?? (await askChoice('Which network?', ['mainnet', 'testnet', 'testnetDev']))
  const providers = given.providers ?? (await askProviders())
  const maxTopUp =
    given.maxTopUp ??
    (await askText('The most that one top-up sends, in OG', {
      usual: USUAL.maxTopUp,
      check: (text) => void amountOf(text),
    }))
  const totalBudget =
    given.totalBudget ??
    (await askText('The most for all of them together, per time', {
      usual: USUAL.totalBudget,
      check: (text) => void budgetOf(text, 'A budget'),
    }))
  const fills = given.depositTrigger !== undefined || given.depositTarget !== undefined
  const depositTrigger =
    given.depositTrigger ??
    (await askText('Deposit from the wallet once the ledger has less, in OG; empty: no deposits', {
      check: emptyOrAmount,
    }))
  const depositTarget =
    given.depositTarget ??
    (depositTrigger === '' && !fills
      ? ''
      : await askText('And fill it up to, in OG', { check: (text) => void amountOf(text) }))
  const slackEnv =
    given.slackEnv ?? (await askText("The environment variable with Slack's URL for alerts; empty: no alerts", {}))
  return { network, providers, maxTopUp, totalBudget, depositTrigger, depositTarget, slackEnv }
}

async function askProviders(): Promise<readonly string[]> {
  return addressesIn(
    await askText("The providers' addresses, with commas", { check: (text) => void addressesIn(text) }),
  )
}

const addressesIn = (text: string): string[] => text.split(',').map((one) => addressOf(one.trim(), 'A provider'))
const emptyOrAmount = (text: string): void => void (text === '' || amountOf(text))

/** The schema of the installed package, as a path from the file. */
function schemaFor(file: string): string {
  const schema = createRequire(import.meta.url).resolve('og-ledger/config.schema.json')
  const path = relative(dirname(resolve(file)), schema).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}
