import { vi } from 'vitest'

/** Waits until a condition is true, and checks it every 20 ms. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 50_000): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`not yet: ${condition.toString()}`)
    },
    { timeout, interval: 20 },
  )
}

/** Waits until expectations hold, checks them every 10 ms, and fails with the last of them that did not. */
export function untilHolds<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 50_000, interval: 10 })
}
