import type { MarketOptions, MarketPage } from '../../index.ts'

/** Every service of a market, whatever the number of its pages. */
export async function everyService<Service>(
  list: (options: MarketOptions) => Promise<MarketPage<Service>>,
  signal: AbortSignal,
): Promise<Service[]> {
  const found: Service[] = []
  for (;;) {
    const { services, total } = await list({ offset: found.length, signal })
    found.push(...services)
    if (services.length === 0 || found.length >= total) return found
  }
}
