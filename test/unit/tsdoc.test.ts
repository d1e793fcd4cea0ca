import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../support/markdown.ts'

/** The page of a public function comes from its comment: what it does, its units, what it throws, and an example. */
type Exported = { entry: string; name: string; comment: string; isFunction: boolean }

const NAME = 'og-ledger'
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The sources of the entries of the package. */
const entries = Object.entries(
  (JSON.parse(text('package.json')) as { exports: Record<string, string | { default: string }> }).exports,
).flatMap(([path, target]): [string, string][] => {
  if (typeof target === 'string') return []
  const source = target.default.replace('./dist/', '').replace(/\.js$/, '.ts')
  return [[`${NAME}${path.slice(1)}`, source]]
})

const exported = entries.flatMap(([entry, source]) =>
  [...text(source).matchAll(/^export \{([^}]*)\} from '([^']+)'/gm)].flatMap(([, names = '', file = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => exportedIn(entry, normalize(join(dirname(source), file)), name)),
  ),
)

function exportedIn(entry: string, file: string, name: string): Exported {
  const found = new RegExp(
    String.raw`(/\*\*(?:(?!\*/)[^])*\*/\s*)?export (?:async )?(function|const|class|abstract class)\*? ${name}\b([^\n]*)`,
  ).exec(text(file))
  const [, comment = '', kind, rest = ''] = found ?? []
  return { entry, name, comment, isFunction: kind === 'function' || (kind === 'const' && /=> /.test(rest)) }
}

test('every exported name has a comment, and every function among them an example', () => {
  expect(exported.length).toBeGreaterThan(100)
  expect(exported.flatMap(({ name, comment }) => (comment === '' ? [name] : []))).toEqual([])
  const bare = exported.filter(({ isFunction, comment }) => isFunction && !comment.includes('@example'))
  expect(bare.map(({ entry, name }) => `${entry}: ${name}`)).toEqual([])
})

/** What the examples take for granted. */
const TAKEN_FOR_GRANTED = `
import type { ServerResponse } from 'node:http'
import type { Provider, Signer } from 'ethers'
import type { Broker, JournalRecord, Position } from 'og-ledger'
import type { Pool } from 'pg'
import type { Decision, PlanInput } from 'og-ledger/machines'
import type { EdgePathsOptions } from 'og-ledger/testing'
import type { EIP1193Provider, PublicClient } from 'viem'
import type { AnyStateMachine } from 'xstate'
import type { depositOn, demandOf, levelsOf, closingStep } from 'og-ledger/machines'
declare global {
  const broker: Broker
  const position: Position
  const input: PlanInput
  const decision: Decision
  const depositInput: Parameters<typeof depositOn>[0]
  const claim: Parameters<typeof demandOf>[0]
  const demand: Parameters<typeof levelsOf>[0]
  const options: Parameters<typeof closingStep>[1]
  const machine: AnyStateMachine
  const events: EdgePathsOptions<AnyStateMachine>['events']
  const signer: Signer
  const node: Provider
  const answer: Response
  const response: ServerResponse
  const wallet: string
  const wallets: readonly string[]
  const pool: Pool
  const record: JournalRecord
  const records: readonly JournalRecord[]
  const error: unknown
  const provider: string
  const key: \`0x\${string}\`
  function App(): null
  const url: string
  const path: string
  const address: string
  const publicClient: PublicClient
  const window: { ethereum: EIP1193Provider }
  const text: string
  function show(...values: unknown[]): void
}
`

test('every example of a comment compiles', () => {
  const folder = join(root, 'test-output', 'tsdoc')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { entry, name, comment } of exported)
    for (const [index, example] of examplesIn(comment).entries())
      writeFileSync(join(folder, `${entry.replaceAll('/', '-')}-${name}-${index}.tsx`), withImports(example))
  writeFileSync(join(folder, 'taken-for-granted.d.ts'), TAKEN_FOR_GRANTED)
  const config = {
    extends: '../../tsconfig.test.json',
    compilerOptions: { jsx: 'react-jsx' },
    include: ['*.ts', '*.tsx'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

const examplesIn = (comment: string): string[] =>
  comment
    .split(/^ \* @example$/m)
    .slice(1)
    .map((part) => (part.split(/^ \* @|^ \*\/|^ \*$/m)[0] ?? '').replaceAll(/^ \* ?/gm, '').trim())

/** Names of other packages that examples use. */
const OTHERS = {
  test: 'vitest',
  expect: 'vitest',
  appendFileSync: 'node:fs',
  Wallet: 'ethers',
  JsonRpcProvider: 'ethers',
  useMemo: 'react',
  createWalletClient: 'viem',
  custom: 'viem',
  privateKeyToAccount: 'viem/accounts',
}

/** An example with an import of each exported name that it uses, and of what tests import. */
function withImports(example: string): string {
  const known = new Map(exported.map(({ entry, name }) => [name, entry]))
  const words = new Set(example.match(/[A-Za-z]\w*/g))
  const given = /^import /m.test(example)
  const imports = [...known].filter(
    ([name]) => !given && words.has(name) && !new RegExp(`(?:const|let) (?:\\{[^}]*)?\\b${name}\\b`).test(example),
  )
  const others = Object.entries(OTHERS).filter(([name]) => !given && words.has(name))
  const lines = [...imports, ...others].map(([name, entry]) => `import { ${name} } from '${entry}'`)
  return given ? example : `${lines.join('\n')}\nexport async function example() {\n${example}\n}\n`
}
