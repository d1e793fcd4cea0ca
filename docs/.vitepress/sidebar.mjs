import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const docs = dirname(dirname(fileURLToPath(import.meta.url)))

/** The pages in the order in which a newcomer reads them. A page of the folder that is not named here comes last. */
const ORDER = [
  ['Start', ['start', 'concepts', 'router-or-direct', 'live', 'faq']],
  [
    'Guide',
    [
      ...[
        'account-api',
        'auto-funding',
        'endpoint',
        'auto-deposit',
        'reclaim-idle',
        'closing',
        'journal',
        'postgres',
        'fleet',
        'alerts',
      ],
      ...['deploy', 'operations', 'page', 'testing', 'charts'],
    ],
  ],
  ['Command line', ['cli', 'config-file', 'json-output']],
  ['In a page', ['browsers', 'react', 'viem']],
  ['Help', ['troubleshooting', 'errors', 'provider-messages', 'migrate', 'comparison', 'security', 'glossary']],
]

const titleOf = (path) => /^# (.+)$/m.exec(readFileSync(join(docs, path), 'utf8'))?.[1] ?? path
const pageAt = (path) => ({ text: titleOf(`${path}.md`), link: `/${path}` })
const namesIn = (folder) =>
  readdirSync(join(docs, folder)).flatMap((name) =>
    name.endsWith('.md') && name !== 'index.md' ? [name.slice(0, -3)] : [],
  )

/** The sidebar. Reference and what comes from files outside of docs are there once `prepare.mjs` has run. */
export function sidebarOf() {
  const written = namesIn('.').filter((name) => existsSync(join(docs, `${name}.md`)))
  const generated = ['overview', 'contributing', 'benchmark', 'changelog']
  const named = new Set([...ORDER.flatMap(([, names]) => names), ...generated])
  const groups = ORDER.map(([text, names]) => ({
    text,
    items: names.filter((name) => written.includes(name)).map(pageAt),
  }))
  const others = written.filter((name) => !named.has(name)).map(pageAt)
  const recipes = existsSync(join(docs, 'recipes')) ? namesIn('recipes').map((name) => pageAt(`recipes/${name}`)) : []
  const project = generated.filter((name) => written.includes(name)).map(pageAt)
  return [
    ...groups,
    { text: 'More', items: others },
    { text: 'Recipes', collapsed: true, link: '/recipes/', items: recipes },
    { text: 'Reference', collapsed: true, link: '/reference/', items: referenceItems() },
    { text: 'Project', collapsed: true, items: project },
  ].filter(({ items }) => items.length > 0)
}

function referenceItems() {
  const list = join(docs, 'reference/typedoc-sidebar.json')
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
}
