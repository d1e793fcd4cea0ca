import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = new URL('../../../../', import.meta.url)
const SOURCE = new URL('src/visualizer/page/', ROOT)

/** Bundles the page into one script and one stylesheet, and collects the licences of the bundled packages. */
export async function bundlePage(folder: URL): Promise<void> {
  const { metafile } = await build({
    entryPoints: { page: fileURLToPath(new URL('main.tsx', SOURCE)) },
    outdir: fileURLToPath(folder),
    absWorkingDir: fileURLToPath(ROOT),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
  copyFileSync(new URL('index.html', SOURCE), new URL('index.html', folder))
  const packages = new Set(Object.keys(metafile.inputs).flatMap((path) => packageOf(path) ?? []))
  writeFileSync(new URL('../page-licenses.txt', folder), [...packages].map(licenseOf).join('\n\n'))
}

/** The folder of the package that a file belongs to; null for the page's own files. */
function packageOf(path: string): string | null {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path)?.[0] ?? null
}

function licenseOf(folder: string): string {
  const at = new URL(folder, ROOT)
  const { name, version } = JSON.parse(readFileSync(new URL('package.json', at), 'utf8')) as Record<string, string>
  return `${name} ${version}\n\n${readFileSync(new URL('LICENSE', at), 'utf8').trim()}\n`
}
