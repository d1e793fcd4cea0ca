// node build.mjs BUNDLER: builds the app of this folder for browsers into out/BUNDLER, and prints what the bundler complains about.
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const [bundler = ''] = process.argv.slice(2)
const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const out = at(`out/${bundler}`)

const builds = {
  async esbuild() {
    const { build } = await import('esbuild')
    const options = { bundle: true, format: 'esm', splitting: true, minify: true, logLevel: 'silent' }
    const { warnings, errors } = await build({ ...options, entryPoints: [at('page.mjs')], outdir: out })
    return [...errors, ...warnings].map(({ text }) => text)
  },
  async vite() {
    const { build, createLogger } = await import('vite')
    const complaints = []
    const logger = createLogger('silent')
    for (const level of ['warn', 'warnOnce', 'error']) logger[level] = (message) => complaints.push(message)
    await build({
      root: at('.'),
      configFile: false,
      customLogger: logger,
      // Otherwise its progress goes to the output as well.
      logLevel: 'warn',
      build: {
        outDir: out,
        // ethers is larger than Vite likes.
        chunkSizeWarningLimit: 5_000,
        rollupOptions: { input: at('page.mjs'), output: { entryFileNames: 'page.js' } },
      },
    })
    return complaints
  },
  webpack: async () => packed((await import('webpack')).default),
  rspack: async () => packed((await import('@rspack/core')).rspack),
}

/** webpack and Rspack take the same options. */
function packed(bundle) {
  const options = { mode: 'production', target: 'web', devtool: false, performance: false }
  // The size is not measured here, and minifying takes longer than all else.
  const quick = { optimization: { minimize: false } }
  const files = { context: at('.'), entry: at('page.mjs'), output: { path: out, filename: 'page.js' } }
  return new Promise((resolve, reject) => {
    const compiler = bundle({ ...options, ...quick, ...files }, (error, stats) => {
      if (error) return reject(error)
      const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true })
      compiler.close(() => resolve([...errors, ...warnings].map(({ message }) => message)))
    })
  })
}

const complaints = await builds[bundler]()
writeFileSync(`${out}/index.html`, '<!doctype html><script type="module" src="page.js"></script>')
console.log(JSON.stringify(complaints))
