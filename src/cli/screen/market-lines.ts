import type { FineTuningService, InferenceService } from '../../index.ts'
import { cutTo, fitting, type Column, type Layout } from './table.ts'
import { paint } from './terminal.ts'
import { aligned } from './words.ts'

const TOKENS = 1_000_000n
/** The most characters of a provider's own text in a column, and of its prices: one that is longer is no price. */
const LONGEST_TEXT = 40
const LONGEST_PRICE = 10

const IN_OG_PER_MILLION = paint('dim', 'Prices in OG per million tokens.')

/** The market of inference as a table. A provider's texts and prices are its own, and are cut to their column. */
export function inferenceLines(services: readonly InferenceService[], width: number): string[] {
  if (services.length === 0) return ['No provider offers inference.']
  return [...fitting(inferenceLayouts(width), services, width), '', IN_OG_PER_MILLION]
}

/** The market of fine-tuning as a table. */
export function fineTuningLines(services: readonly FineTuningService[], width: number): string[] {
  if (services.length === 0) return ['No provider offers fine-tuning.']
  return [...fitting(fineTuningLayouts(width), services, width), '', IN_OG_PER_MILLION]
}

type Offer = { provider: string; url: string; accepted: boolean }

const provider: Column<Offer> = { title: 'provider', cell: (one) => one.provider }
const signer: Column<Offer> = {
  title: 'signer',
  cell: ({ accepted }) => (accepted ? 'accepted' : paint('red', 'not accepted')),
}
const host: Column<Offer> = { title: 'host', cell: ({ url }) => cutTo(hostOf(url), LONGEST_TEXT) }

const input: Column<InferenceService> = { title: 'input', right: true, cell: (one) => priceOf(one.inputPrice) }
const output: Column<InferenceService> = { title: 'output', right: true, cell: (one) => priceOf(one.outputPrice) }
const model: Column<InferenceService> = { title: 'model', cell: (one) => cutTo(one.model, LONGEST_TEXT) }
const proof: Column<InferenceService> = {
  title: 'proof',
  cell: (one) => cutTo(one.verifiability || '-', LONGEST_PRICE),
}

/** In little room the provider's texts stand under its row, and then its prices, too. */
function inferenceLayouts(width: number): Layout<InferenceService>[] {
  const texts = (one: InferenceService) => [`${one.model || '-'} (${one.verifiability || 'no proof'})`, hostOf(one.url)]
  const prices = (one: InferenceService) =>
    `input ${priceOf(one.inputPrice).trim()}, output ${priceOf(one.outputPrice).trim()}`
  return [
    { columns: [provider, model, input, output, proof, signer, host] },
    { columns: [provider, input, output, signer], under: (one) => below(texts(one), width) },
    { columns: [provider, signer], under: (one) => below([prices(one), ...texts(one)], width) },
  ]
}

const price: Column<FineTuningService> = { title: 'price', right: true, cell: (one) => priceOf(one.pricePerToken) }
const state: Column<FineTuningService> = { title: 'state', cell: ({ occupied }) => (occupied ? 'occupied' : 'free') }
const models: Column<FineTuningService> = { title: 'models', cell: (one) => cutTo(modelsOf(one), LONGEST_TEXT) }
const machine: Column<FineTuningService> = { title: 'machine', cell: (one) => cutTo(machineOf(one), LONGEST_TEXT) }

function fineTuningLayouts(width: number): Layout<FineTuningService>[] {
  const texts = (one: FineTuningService) => [modelsOf(one), machineOf(one), hostOf(one.url)]
  return [
    { columns: [provider, models, price, machine, state, signer, host] },
    { columns: [provider, price, state, signer], under: (one) => below(texts(one), width) },
    {
      columns: [provider, signer],
      under: (one) => below([`price ${priceOf(one.pricePerToken)}, ${state.cell(one)}`, ...texts(one)], width),
    },
  ]
}

const priceOf = (wei: bigint): string => cutTo(aligned(wei * TOKENS), LONGEST_PRICE)

const modelsOf = ({ models }: FineTuningService): string => models.join(', ') || '-'

function machineOf({ quota }: FineTuningService): string {
  const { cpuCount, nodeMemory, gpuCount, nodeStorage, gpuType } = quota
  return `${cpuCount} CPU, ${nodeMemory} GB, ${gpuCount} × ${gpuType || 'GPU'}, ${nodeStorage} GB disk`
}

/** Lines under a row: they are indented by two. */
const below = (texts: readonly string[], width: number): string[] => texts.map((text) => cutTo(text, width - 2))

/** No terminal shows more of a URL. A text that is no URL stays as it is. */
const hostOf = (url: string): string => (URL.canParse(url) && new URL(url).host) || url || '-'
