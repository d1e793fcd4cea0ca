import { vi } from 'vitest'

/** Waits for something that must come to be true, looking again and again. */
export async function until(condition: () => boolean | Promise<boolean>, timeout = 50_000): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`not yet: ${condition.toString()}`)
    },
    { timeout, interval: 20 },
  )
}
