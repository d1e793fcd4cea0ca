import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const docs = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(docs)

/** Files outside of docs that are pages of the site under a name of their own. */
const PAGES = {
  'README.md': '/overview',
  'CONTRIBUTING.md': '/contributing',
  'bench/README.md': '/benchmark',
  'CHANGELOG.md': '/changelog',
}

/** The site's address of a file outside of docs, by its path from docs: `../machines/position.types.ts`. */
export function sourcePageOf(path) {
  const inRepository = relative(root, join(docs, path)).replaceAll('\\', '/')
  return PAGES[inRepository] ?? `/source/${inRepository}`
}

/** Pages for the files outside of docs that pages of docs link to: `[path in docs, text]`. */
export function sourcePages() {
  const named = Object.entries(PAGES).map(([path, page]) => [`${page.slice(1)}.md`, pageOfMarkdown(path)])
  const written = markdownFiles().map((path) => [path, readFileSync(join(docs, path), 'utf8')])
  const linked = new Set([...named, ...written].flatMap(linksOutOf))
  return [
    ...named,
    ...[...linked].filter((path) => !(path in PAGES)).map((path) => [`source/${path}.md`, pageOfSource(path)]),
  ]
}

/** A page of the repository, with its links as they are from docs. */
function pageOfMarkdown(path) {
  const text = readFileSync(join(root, path), 'utf8')
  return text.replaceAll(/\]\((?![a-z]+:|#|\/)([^)\s]+)\)/g, (_, link) => {
    const [file, anchor] = link.split('#')
    const target = relative(docs, join(root, dirname(path), file)).replaceAll('\\', '/')
    return `](${target}${anchor === undefined ? '' : `#${anchor}`})`
  })
}

function pageOfSource(path) {
  const at = join(root, path)
  if (statSync(at).isDirectory())
    return `---\nsearch: false\n---\n\n# ${path}\n\n${readdirSync(at)
      .map((name) => `- \`${name}\``)
      .join('\n')}\n`
  const language = { '.ts': 'ts', '.tsx': 'tsx', '.mjs': 'js', '.json': 'json', '.yml': 'yaml' }[extname(path)] ?? 'txt'
  return `---\nsearch: false\n---\n\n# ${path}\n\n\`\`\`\`${language}\n${readFileSync(at, 'utf8').trimEnd()}\n\`\`\`\`\n`
}

/** The pages that are written by hand, as paths from docs. */
function markdownFiles() {
  return readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && !/^(node_modules|reference|source|\.vitepress)\//.test(path))
}

function linksOutOf([page, text]) {
  const prose = text.replaceAll(/^```[^]*?^```$/gm, '')
  return [...prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:|^\//.test(link)) return []
    const path = relative(root, join(docs, dirname(page), link)).replaceAll('\\', '/')
    return path.startsWith('docs/') || path.startsWith('..') ? [] : [path.replace(/\/$/, '')]
  })
}
