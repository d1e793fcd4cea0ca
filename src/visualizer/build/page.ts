import { copyFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const SOURCE = new URL('../../../../src/visualizer/page/', import.meta.url)

/** The page in one script and one stylesheet, with all that it needs. */
export async function bundlePage(folder: URL): Promise<void> {
  await build({
    entryPoints: { page: fileURLToPath(new URL('main.tsx', SOURCE)) },
    outdir: fileURLToPath(folder),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  copyFileSync(new URL('index.html', SOURCE), new URL('index.html', folder))
}
