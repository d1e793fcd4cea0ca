import { defineCommand } from 'citty'
import type { Broker, ServiceType } from '../../index.ts'
import { readingOptions, serviceArgument, type ReadingArguments } from '../arguments/options.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { fineTuningLines, inferenceLines } from '../screen/market-lines.ts'
import { IN_OG } from '../screen/overview.ts'
import { table, type Column } from '../screen/table.ts'
import { lineWidth, print, printChainJson, printJson, wantsJson } from '../screen/terminal.ts'
import { aligned } from '../screen/words.ts'
import { interrupted } from '../session/interrupt.ts'
import { everyService } from '../session/market.ts'
import { SERVICE_TYPES, serviceTypeOf } from '../session/services.ts'
import { readingSession } from '../session/session.ts'

/** The market is the same for every wallet. */
const NO_WALLET = `0x${'0'.repeat(40)}`

export const command = defineCommand({
  args: {
    SERVICE: { ...serviceArgument, required: false },
    all: { type: 'boolean', description: 'lists every provider that offers a service, with its prices' },
    service: {
      type: 'string',
      valueHint: 'type',
      description: 'the same as SERVICE; with --all both where left out',
    },
    ...readingOptions,
  },
  async run({ args }) {
    // citty takes the option for the argument where only one of them is there.
    const [named] = args._
    if (named !== undefined && args.service !== undefined)
      throw new UsageError('Either SERVICE or --service, not both.')
    const service = named ?? args.service
    if (args.all) return listMarket(args, service === undefined ? SERVICE_TYPES : [serviceTypeOf(service)])
    if (service === undefined) throw new UsageError('SERVICE is missing.')
    return listBalances(args, service)
  },
})

async function listBalances(args: ReadingArguments, service: string): Promise<void> {
  await using session = await readingSession(args, { signal: interrupted })
  const balances = await session.broker.ledger.getProvidersWithBalance(service)
  if (wantsJson(args)) for (const one of balances) printJson({ type: 'provider', service, ...one })
  else if (balances.length === 0) print('No provider of this service holds money of the wallet.')
  else print([...table(balanceColumns, balances, lineWidth()), '', IN_OG].join('\n'))
}

type Balance = Awaited<ReturnType<Broker['ledger']['getProvidersWithBalance']>>[number]

const balanceColumns: readonly Column<Balance>[] = [
  { title: 'provider', cell: ({ provider }) => provider },
  { title: 'balance', right: true, yields: 1, cell: ({ balance }) => aligned(balance) },
  { title: 'pending refund', right: true, yields: 1, cell: ({ pendingRefund }) => aligned(pendingRefund) },
  { title: 'available', right: true, cell: ({ available }) => aligned(available) },
]

async function listMarket(args: ReadingArguments, types: readonly ServiceType[]): Promise<void> {
  await using session = await readingSession({ ...args, address: NO_WALLET }, { signal: interrupted })
  const { broker } = session
  const offered = types.filter((type) => types.length === 1 || broker.rules.serviceNames[type] !== undefined)
  const tables: string[] = []
  for (const service of offered) {
    const { services, lines } = await marketOf(broker, service)
    if (wantsJson(args)) for (const one of services) printChainJson({ type: 'service', service, ...one })
    else tables.push(lines(lineWidth()).join('\n'))
  }
  if (tables.length > 0) print(tables.join('\n\n'))
}

type Listing = { services: readonly object[]; lines: (width: number) => string[] }

async function marketOf({ inference, fineTuning }: Broker, service: ServiceType): Promise<Listing> {
  if (service === 'inference') {
    const services = await everyService((page) => inference.services(page), interrupted)
    return { services, lines: (width) => inferenceLines(services, width) }
  }
  const services = await everyService((page) => fineTuning.services(page), interrupted)
  return { services, lines: (width) => fineTuningLines(services, width) }
}
