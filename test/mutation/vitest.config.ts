import { defineConfig, mergeConfig } from 'vitest/config'
import { settings } from '../support/vitest.settings.ts'

/**
 * Quick tests with a fine mesh: the pure parts and their laws, and brokers on the simulation for lane, claims and closing.
 * Each mutant runs the tests that reach it.
 */
export default mergeConfig(
  settings,
  defineConfig({
    test: {
      include: [
        'test/unit/{machines,funding,refunds,closing,transactions}/**/*.test.ts',
        'test/model/{machines,funding,refunds,closing,transactions}/**/*.test.ts',
        'test/model/testing/simulated-broker.test.ts',
      ],
    },
  }),
)
