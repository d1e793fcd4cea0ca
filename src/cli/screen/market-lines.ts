import type { FineTuningService, InferenceService } from '../../index.ts'
import { table, type Column } from './table.ts'
import { paint } from './terminal.ts'
import { cutTo } from './text-width.ts'
import { aligned } from './words.ts'

const TOKENS = 1_000_000n
/** The most characters of a provider's own text in a column, and of its prices: one that is longer is no price. */
const LONGEST_TEXT = 40
const LONGEST_PRICE = 10

const IN_OG_PER_MILLION = paint('dim', 'Prices in OG per million tokens.')

/** The market of inference as a table. A provider's texts and prices are its own, and are cut to their column. */
export function inferenceLines(services: readonly InferenceService[], width: number): string[] {
  if (services.length === 0) return ['No provider offers inference.']
  return [...table(inferenceColumns, services, width), '', IN_OG_PER_MILLION]
}

/** The market of fine-tuning as a table. */
export function fineTuningLines(services: readonly FineTuningService[], width: number): string[] {
  if (services.length === 0) return ['No provider offers fine-tuning.']
  return [...table(fineTuningColumns, services, width), '', IN_OG_PER_MILLION]
}

type Offer = { provider: string; url: string; accepted: boolean }

const provider: Column<Offer> = { title: 'provider', cell: (one) => one.provider }
const signer: Column<Offer> = {
  title: 'signer',
  cell: ({ accepted }) => (accepted ? 'accepted' : paint('red', 'not accepted')),
}

/** A text of the provider's own. */
const text = <One extends Offer>(title: string, textOf: (one: One) => string, below = textOf): Column<One> => ({
  title,
  yields: 2,
  cell: (one) => cutTo(textOf(one), LONGEST_TEXT),
  below: (one, width) => cutTo(below(one), width),
})
const host = text('host', ({ url }) => hostOf(url))

const inferenceColumns: readonly Column<InferenceService>[] = [
  provider,
  text(
    'model',
    ({ model }) => model,
    ({ model, verifiability }) => `${model || '-'} (${verifiability || 'no proof'})`,
  ),
  { title: 'input', right: true, yields: 1, cell: (one) => priceOf(one.inputPrice) },
  { title: 'output', right: true, yields: 1, cell: (one) => priceOf(one.outputPrice) },
  // Below its row it stands beside the model.
  { title: 'proof', yields: 2, cell: (one) => cutTo(one.verifiability || '-', LONGEST_PRICE), below: () => null },
  signer,
  host,
]

const fineTuningColumns: readonly Column<FineTuningService>[] = [
  provider,
  text('models', modelsOf),
  { title: 'price', right: true, yields: 1, cell: (one) => priceOf(one.pricePerToken) },
  text('machine', machineOf),
  { title: 'state', yields: 1, cell: ({ occupied }) => (occupied ? 'occupied' : 'free') },
  signer,
  host,
]

const priceOf = (wei: bigint): string => cutTo(aligned(wei * TOKENS), LONGEST_PRICE)

function modelsOf({ models }: FineTuningService): string {
  return models.join(', ') || '-'
}

function machineOf({ quota }: FineTuningService): string {
  const { cpuCount, nodeMemory, gpuCount, nodeStorage, gpuType } = quota
  return `${cpuCount} CPU, ${nodeMemory} GB, ${gpuCount} × ${gpuType || 'GPU'}, ${nodeStorage} GB disk`
}

/** No terminal shows more of a URL. A text that is no URL stays as it is. */
function hostOf(url: string): string {
  return (URL.canParse(url) && new URL(url).host) || url || '-'
}
