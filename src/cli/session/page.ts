import { InvalidInputError, type Broker, type DryRun } from '../../index.ts'
import { DEFAULT_PORT, type PagePlan } from '../arguments/page-options.ts'
import type { Approve } from './approvals.ts'

/** The page of a broker. Disposing closes it. */
export type Page = AsyncDisposable & {
  /** With the token, where there is one: browsers send nothing of a URL's fragment. */
  url: string
  approve: Approve
}

/** Serves the page; where no port was asked for and the default one is taken, on any free port. */
export async function openPage(
  broker: Broker,
  { port, token }: PagePlan,
  { dryRun = false }: { dryRun?: boolean | DryRun } = {},
): Promise<Page> {
  // Loaded only by a command that serves a page.
  const { createVisualizer } = await import('../../visualizer/index.ts')
  const serve = (at: number) =>
    createVisualizer(broker, { port: at, dryRun, ...(token !== null && { control: { token } }) })
  const visualizer = await serve(port ?? DEFAULT_PORT).catch((error: unknown) => {
    if (port === null && error instanceof InvalidInputError) return serve(0)
    throw error
  })
  return {
    url: `${visualizer.url}${token === null ? '' : `#token=${token}`}`,
    approve: visualizer.approve,
    [Symbol.asyncDispose]: () => visualizer.close(),
  }
}
