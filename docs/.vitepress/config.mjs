import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import llms from 'vitepress-plugin-llms'
import { chartFences } from './chart-fences.mjs'
import { sidebarOf } from './sidebar.mjs'
import { slugOf } from './slug.mjs'
import { sourcePageOf } from './source-pages.mjs'
import { tabsFromComments } from './tabs.mjs'

const docs = dirname(dirname(fileURLToPath(import.meta.url)))

export default defineConfig({
  title: 'og-ledger',
  description: "Keeps a wallet's 0G Compute ledger and every provider sub-account observable and funded",
  // Where it is served below a path of its own: DOCS_BASE=/og-ledger/.
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    // The anchors of GitHub, where the same pages are read: one link fits both.
    anchor: { slugify: slugOf },
    toc: { slugify: slugOf },
    config(markdown) {
      chartFences(markdown)
      linksIntoTheRepository(markdown)
    },
  },
  vite: {
    plugins: [tabsFromComments(), llms({ ignoreFiles: ['reference/**', 'source/**'] })],
    build: { chunkSizeWarningLimit: 2_000 },
  },
  vue: { template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('x-') } } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Errors', link: '/errors' },
      { text: 'See it', link: '/live' },
    ],
    sidebar: sidebarOf(),
    footer: { message: 'MIT licensed' },
  },
})

/** A link from a page to a file outside of docs leads to that file's page in the site. */
function linksIntoTheRepository(markdown) {
  const usual = markdown.renderer.rules.link_open
  markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href === null || /^[a-z]+:|^#|^\//.test(href)) continue
      const [file = '', anchor] = href.split('#')
      const path = relative(docs, join(docs, dirname(env.relativePath ?? ''), file))
      if (!path.startsWith('..')) continue
      token.attrSet('href', `${sourcePageOf(path)}${anchor === undefined ? '' : `#${anchor}`}`)
    }
  })
  if (usual) markdown.renderer.rules.link_open = usual
}
