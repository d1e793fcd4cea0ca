import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

test('og-ledger/react adds at most 4 kB to a page that has React and og-ledger, and imports nothing else', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'src/react/index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    metafile: true,
    external: ['react'],
    plugins: [
      {
        name: 'the page has og-ledger',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: 'og-ledger', external: true })),
      },
    ],
  })
  const [{ imports = [] } = {}] = Object.values(metafile.outputs)
  expect(new Set(imports.map(({ path }) => path))).toEqual(new Set(['react', 'og-ledger']))
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThanOrEqual(4_000)
})
