import { randomBytes } from 'node:crypto'
import type { ArgsDef } from 'citty'
import { UsageError } from './usage-error.ts'
import { numberOf } from './values.ts'

/** Where the page is served, if the port is free and the command line names no other. */
export const DEFAULT_PORT = 4600

const portOption = {
  'ui-port': {
    type: 'string',
    valueHint: 'port',
    description: `where the page is: ${DEFAULT_PORT} by default, if it is free`,
  },
} as const satisfies ArgsDef

const controlOption = {
  control: { type: 'boolean', description: 'with it, the printed URL also lets the page act' },
} as const satisfies ArgsDef

/** For commands that only look. */
export const viewOptions = {
  ui: { type: 'boolean', description: 'serves a page that shows it, for this machine alone' },
  ...portOption,
} as const satisfies ArgsDef

/** For commands that send. */
export const uiOptions = { ...viewOptions, ...controlOption } as const satisfies ArgsDef

/** For the demo, which serves a page unless `--no-ui` is given. */
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

/** How to serve a page: null is the default port, or any free one; without a token the page only looks. */
export type PagePlan = { port: number | null; token: string | null }

/** Checks the options of the page before anything else is begun; null where no page is asked for. */
export function pagePlanOf({ ui, 'ui-port': port, control }: Arguments): PagePlan | null {
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
