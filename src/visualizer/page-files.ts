import type { Chart } from './chart.types.ts'

// The types of the module that the package's build writes: see build/main.ts.
export const files: Readonly<Record<string, string>> = {}
export const charts: readonly Chart[] = []
export const version: string = ''
