import { randomBytes } from 'node:crypto'
import type { ArgsDef } from 'citty'
import { InvalidInputError, type AutoFundingConfig, type Broker } from '../index.ts'
import { UsageError } from './arguments/usage-error.ts'
import { numberOf } from './arguments/values.ts'

const PORT = 4600

const portOption = {
  'ui-port': { type: 'string', valueHint: 'port', description: `where the page is: ${PORT} by default, if it is free` },
} as const satisfies ArgsDef

const controlOption = {
  control: { type: 'boolean', description: 'lets whoever has the URL that is printed act on the page' },
} as const satisfies ArgsDef

/** For commands that only look. */
export const viewOptions = {
  ui: { type: 'boolean', description: 'serves a page that shows it, for this machine alone' },
  ...portOption,
} as const satisfies ArgsDef

/** For commands that send. */
export const uiOptions = { ...viewOptions, ...controlOption } as const satisfies ArgsDef

/** The same where a page is served unless it is left out. */
export const demoOptions = {
  ui: {
    type: 'boolean',
    default: true,
    description: 'serves a page that shows it, for this machine alone',
    negativeDescription: 'serves no page',
  },
  ...portOption,
  ...controlOption,
} as const satisfies ArgsDef

type Arguments = { ui?: boolean | undefined; 'ui-port'?: string | undefined; control?: boolean | undefined }

/** How to serve a page; null where none was asked for. */
export type UiPlan = { port: number | null; token: string | null }

/** Checks what was asked for before anything else is begun. */
export function uiPlanOf({ ui, 'ui-port': port, control }: Arguments): UiPlan | null {
  if (ui !== true) {
    const without = port === undefined ? control === true && 'control' : 'ui-port'
    if (without) throw new UsageError(`--${without} is about the page: it needs --ui.`)
    return null
  }
  return {
    port: numberOf(port, 'ui-port', { most: 65_535 }) ?? null,
    token: control ? randomBytes(24).toString('base64url') : null,
  }
}

/** A page of a broker. Disposing closes it. */
export type Ui = AsyncDisposable & {
  /** With the token, where there is one: browsers keep what is behind the # to themselves. */
  url: string
  approve: NonNullable<AutoFundingConfig['approve']>
}

export async function openUi(
  broker: Broker,
  { port, token }: UiPlan,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<Ui> {
  // It is read when it is needed.
  const { createVisualizer } = await import('../visualizer/index.ts')
  const serve = (at: number) =>
    createVisualizer(broker, { port: at, dryRun, ...(token !== null && { control: { token } }) })
  const visualizer = await serve(port ?? PORT).catch((error: unknown) => {
    if (port === null && error instanceof InvalidInputError) return serve(0)
    throw error
  })
  return {
    url: `${visualizer.url}${token === null ? '' : `#token=${token}`}`,
    approve: visualizer.approve,
    [Symbol.asyncDispose]: () => visualizer.close(),
  }
}
