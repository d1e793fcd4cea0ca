import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

// The packages lie in a folder above this one.
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export default { output: 'export', distDir: 'out/next', turbopack: { root } }
