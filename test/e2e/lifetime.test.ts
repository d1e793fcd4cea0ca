import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 4 })
})
afterAll(() => chain[Symbol.asyncDispose]())

/** Runs an app on the built package in a process of its own. It never closes its broker. */
async function app(work: string, wallet = chain.wallets[0]) {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const program = `
    import { JsonRpcProvider, Wallet } from 'ethers'
    import { createBroker } from ${JSON.stringify(join(import.meta.dirname, '../../dist/src/index.js'))}
    const signer = new Wallet(${JSON.stringify(wallet?.privateKey)}, new JsonRpcProvider(${JSON.stringify(chain.anvil.url)}))
    const network = ${JSON.stringify({ chainId: Number(chainId), ledger, inference, fineTuning })}
    const broker = await createBroker({ signer, network })
    const provider = ${JSON.stringify(chain.inference[0]?.address)}
    ${work}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: join(import.meta.dirname, '../..'),
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number }
}

test('a process with auto-funding on ends when its own work ends, without output', async () => {
  const ended = await app(`
    await broker.ledger.addLedger('5')
    broker.positions$.subscribe(() => undefined)
    broker.inference.startAutoFunding(provider, { intervalMs: 100 })
    console.log(JSON.stringify(await broker.ledger.getLedger(), (_, value) => String(value) && (typeof value === 'bigint' ? String(value) : value)))`)
  expect(ended).toEqual({
    stdout:
      '{"balance":"5000000000000000000","available":"5000000000000000000","locked":"0","totalBalance":"5000000000000000000"}\n',
    stderr: '',
    code: 0,
  })
})

test('neither a served page nor a client that listens to it keeps the process alive', async () => {
  const ended = await app(`
    const { createVisualizer } = await import(${JSON.stringify(join(import.meta.dirname, '../../dist/src/visualizer/index.js'))})
    const { connect } = await import('node:net')
    const { url } = await createVisualizer(broker)
    const { id } = await (await fetch(url + 'api/hello')).json()
    const page = connect(new URL(url).port, '127.0.0.1')
    page.write('GET /api/events?after=' + id + ' HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n')
    const answer = await new Promise((resolve) => page.once('data', resolve))
    page.unref()
    console.log(String(answer).split('\\r\\n')[0])`)
  expect(ended).toEqual({ stdout: 'HTTP/1.1 200 OK\n', stderr: '', code: 0 })
})

test('an awaited transaction keeps the process alive until it is mined', async () => {
  await chain.provider.send('evm_setIntervalMining', [1])
  await chain.setAutomine(false)
  const ended = await app(`
    const { success } = await broker.ledger.depositFund('3')
    console.log(success)`)
  expect(ended).toEqual({ stdout: 'true\n', stderr: '', code: 0 })
})

test('ensureFunded that waits for a top-up of auto-funding keeps the process alive until it is mined', async () => {
  await chain.provider.send('evm_setIntervalMining', [4])
  await chain.setAutomine(false)
  const ended = await app(
    `
    await broker.ledger.addLedger('5')
    // Auto-funding alone keeps no process alive.
    const alive = setInterval(() => undefined, 60_000)
    const begun = new Promise((resolve) =>
      broker.transactions$.subscribe((actor) => {
        if (actor.getSnapshot().context.operation === 'transferFund') resolve()
      }),
    )
    broker.inference.startAutoFunding(provider, { intervalMs: 100 })
    await begun
    clearInterval(alive)
    console.log(await broker.inference.ensureFunded(provider, '1'))`,
    chain.wallets[3],
  )
  expect(ended).toEqual({ stdout: 'null\n', stderr: '', code: 0 })
})

test.each([
  ['quick-start', 'SIGTERM', [null, 'SIGTERM']],
  ['keep-funded', 'SIGINT', [0, null]],
] as const)('examples/%s.ts stays alive while its top-up is in flight, until %s', async (name, signal, ending) => {
  await chain.provider.send('evm_setIntervalMining', [2])
  await chain.setAutomine(false)
  const wallet = chain.wallets[name === 'quick-start' ? 1 : 2]
  if (name === 'keep-funded') await depositFor(wallet?.address ?? '')
  const child = spawn(process.execPath, ['--input-type=module', '-e', await exampleOf(name)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: root,
    env: {
      ...process.env,
      PRIVATE_KEY: wallet?.privateKey,
      OG_RPC_URL: chain.anvil.url,
      PROVIDER: chain.inference[0]?.address,
    },
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) if (line.includes('sufficient')) break
  child.kill(signal)
  expect(await ended).toEqual(ending)
})

/** An example as a program, whose network alone is another one, since no id names a local chain. */
async function exampleOf(name: string): Promise<string> {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const network = JSON.stringify({ chainId: Number(chainId), ledger, inference, fineTuning })
  const main = JSON.stringify(join(root, 'dist/src/index.js'))
  const { outputFiles } = await build({
    entryPoints: [join(root, `examples/${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: ['ethers'],
    plugins: [
      {
        name: 'local-network',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^og-ledger$/ }, () => ({ path: 'og-ledger', namespace: 'local' }))
          onResolve({ filter: /dist.src.index/ }, ({ path }) => ({ path, external: true }))
          onLoad({ filter: /.*/, namespace: 'local' }, () => ({
            contents: `import { createBroker as create } from ${main}
              export * from ${main}
              export const createBroker = (options) => create({ ...options, network: ${network} })`,
          }))
        },
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}

/** A ledger for a wallet, from another one. */
async function depositFor(recipient: string): Promise<void> {
  const ended = await app(`await broker.ledger.depositFundFor(${JSON.stringify(recipient)}, '10')`)
  expect(ended).toEqual({ stdout: '', stderr: '', code: 0 })
}

const root = join(import.meta.dirname, '../..')
