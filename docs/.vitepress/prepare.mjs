import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recordHistory } from './recording.mjs'
import { sourcePages } from './source-pages.mjs'

// Makes what the site takes from elsewhere: the reference from TSDoc, pages of the repository, and the live page.
// It needs the built package: `npm run build` at the root.

const docs = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(docs)

makeReference()
makePages()
await makeLivePage()

/** A page per name of every entry of the package. */
function makeReference() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = Object.values(exports).flatMap((entry) => entry.default ?? [])
  const sources = entries.map((path) => path.replace('./dist', root).replace(/\.js$/, '.ts'))
  rmSync(join(docs, 'reference'), { recursive: true, force: true })
  const typedoc = join(docs, 'node_modules/typedoc/bin/typedoc')
  const options = ['--logLevel', 'Error', ...sources.flatMap((path) => ['--entryPoints', path])]
  execFileSync(process.execPath, [typedoc, ...options], { cwd: docs, stdio: 'inherit' })
}

function makePages() {
  rmSync(join(docs, 'source'), { recursive: true, force: true })
  for (const [path, text] of sourcePages()) {
    mkdirSync(dirname(join(docs, path)), { recursive: true })
    writeFileSync(join(docs, path), text)
  }
}

/** The page as the visualizer serves it, with a recording instead of a server. */
async function makeLivePage() {
  const folder = join(docs, 'public/live')
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'dist/src/visualizer/assets'), folder, { recursive: true })
  cpSync(join(root, 'dist/src/visualizer/page-licenses.txt'), join(folder, 'licenses.txt'))
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const meta = '<meta name="og-ledger-recording" content="recording.jsonl" />'
  writeFileSync(join(folder, 'index.html'), page.replace('</head>', `  ${meta}\n  </head>`))
  writeFileSync(join(folder, 'recording.jsonl'), await recordHistory())
}
