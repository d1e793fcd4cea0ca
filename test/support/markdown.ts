import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A page of the documentation; `path` is relative to the repository. */
export type Page = { path: string; text: string }

export function pageAt(path: string): Page {
  return { path, text: readFileSync(join(root, path), 'utf8') }
}

/** What the site makes from files that are elsewhere; git does not know it. */
const MADE =
  /^(?:node_modules|reference|source|public|\.vitepress)\/|^(?:overview|contributing|benchmark|changelog)\.md$/

/** Every page that a reader of the repository meets. */
export function allPages(): Page[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && !MADE.test(path))
  return ['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...docs.map((path) => `docs/${path}`)].map(pageAt)
}

/** The code blocks of a language, without their fences. A name in brackets behind the language is that of a tab. */
export function blocksOf({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\S*)(?: \[[^\]\n]+\])?\n([^]*?)\n```$/gm)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  )
}

/** The headings in their order, as they are written: `### \`status\`` is "`status`". */
export function headingsOf(page: Page): string[] {
  return [...withoutCode(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading.trim())
}

/** What stands below a heading, up to the next one. */
export function sectionOf(page: Page, heading: string): string {
  const [, rest = ''] = page.text.split(new RegExp(`^#{1,6} ${escaped(heading)}$`, 'm'))
  return rest.split(/^#{1,6} /m)[0] ?? ''
}

/** The anchors that GitHub gives the headings: lower case, hyphens for blanks, a number where one comes again. */
export function anchorsOf(page: Page): string[] {
  const counts = new Map<string, number>()
  return headingsOf(page).map((heading) => {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  })
}

/** Where the links of a page lead. */
export function linksOf(page: Page): string[] {
  const prose = withoutCode(page).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
}

/** The words between backticks, outside of code blocks. */
export function namesIn(page: Page): Set<string> {
  const spans = [...withoutCode(page).matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return new Set(spans.flatMap((span) => span.match(/[$\w-]+/g) ?? []))
}

const withoutCode = ({ text }: Page): string => text.replaceAll(/^```[^]*?^```$/gm, '')

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
