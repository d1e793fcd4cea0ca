import { defineConfig, mergeConfig } from 'vitest/config'
import everything from './vitest.config.ts'
import { runWholly } from './vitest.quick.config.ts'

/** What `npm test` leaves to run: CI runs both, and no test twice. */
export default mergeConfig(everything, defineConfig({ test: { exclude: runWholly } }))
