import { bundlePage } from './bundle.mjs'

/**
 * What an entry of the package adds to a page beside its peers, minified, in kB of gzip: the chunks that are loaded with it, and those
 * together with all chunks that it may load later. `peers` are those that are loaded with it. The reference SDK is measured without the
 * polyfills of Node's modules that a page has to add for it.
 *
 * @param beside the entry that the page has already: what both share does not count
 */
export async function bundleSizes(entry, { beside } = {}) {
  if (!beside) return sizesOf([entry])
  const [both, before] = [await sizesOf([beside, entry]), await sizesOf([beside])]
  return { ...both, first: both.first - before.first, all: both.all - before.all }
}

async function sizesOf(entries) {
  const page = await bundlePage(entries.map((entry) => `export * from '${entry}'`).join('\n'))
  const { chunks, peers } = page.first()
  await page.close()
  return { first: page.sizeOf(chunks), all: page.sizeOf(page.names()), peers }
}
