import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { openPackedApp } from './bundlers/packed-app.ts'
import { openSite, type Site } from './bundlers/site.ts'

/** Next compiles for half a minute on an idle machine. */
const TIMEOUT_MS = 900_000

const app = await openPackedApp()

describe.runIf(app !== null)('the package as npm packs it', { timeout: TIMEOUT_MS }, () => {
  let chain: LocalChain
  let site: Site | null
  let nextWallet = 0

  beforeAll(async () => {
    chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 8 })
    site = await openSite(app?.folder ?? '')
  })
  afterAll(async () => {
    await site?.close()
    await chain[Symbol.asyncDispose]()
    app?.remove()
  })

  /** What an app needs to reach the chain, with a wallet of its own. */
  const configOf = () => {
    const { chainId, ledger, inference, fineTuning, multicall3 } = chain.network
    const network = { chainId: Number(chainId), ledger, inference, fineTuning, multicall3 }
    return { url: chain.anvil.url, key: chain.wallets[nextWallet++]?.privateKey, network }
  }

  test.for(['esbuild', 'vite', 'rspack', 'webpack', 'next'])(
    '%s builds an app for browsers without a complaint and without a module of Node, and the app runs',
    async (bundler) => {
      // On a CI machine Next complains where no earlier build has left its cache behind.
      if (bundler === 'next') mkdirSync(join(app?.folder ?? '', '.next/cache'), { recursive: true })
      const printed =
        bundler === 'next'
          ? await app?.run(process.execPath, [app.tool('next/dist/bin/next'), 'build'], {
              NEXT_TELEMETRY_DISABLED: '1',
            })
          : await app?.run(process.execPath, ['build.mjs', bundler])
      if (bundler === 'next') expect(printed).not.toMatch(/warn|⚠|error/i)
      else expect(JSON.parse(printed ?? '')).toEqual([])
      expect(nodeModulesIn(join(app?.folder ?? '', 'out', bundler))).toEqual([])
      if (!site) return
      expect(await site.run(bundler, configOf())).toEqual({
        shown: { network: '31337', available: '10', required: '2', metrics: 'object', refusal: null },
        complaints: [],
      })
    },
  )

  test.for([
    ['node10', ['--module', 'commonjs', '--moduleResolution', 'node10']],
    ['nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
  ] as const)('a CommonJS program compiles with moduleResolution %s and runs', async ([name, options]) => {
    const common = [
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2023,dom',
      '--types',
      'node',
      '--outDir',
      `out/${name}`,
    ]
    const program = 'commonjs/main.ts'
    await app?.run(process.execPath, [app.tool('typescript/bin/tsc'), program, ...options, ...common])
    const output = await app?.run(process.execPath, [`out/${name}/main.js`], { APP: JSON.stringify(configOf()) })
    expect(JSON.parse(output ?? '')).toEqual({
      available: String(10n ** 19n),
      refused: true,
      required: String(2n * 10n ** 18n),
      watching: true,
      testing: 'function',
    })
  })
})

/** Names of Node's modules that the built files import. */
function nodeModulesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
  return files.flatMap((file) => readFileSync(join(folder, file), 'utf8').match(/["'`]node:\w+/g) ?? [])
}
