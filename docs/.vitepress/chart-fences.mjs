/** A Mermaid block is drawn in the browser; its text stays below it for readers without one. */
export function chartFences(markdown) {
  const usual = markdown.renderer.rules.fence
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index]
    if (info.trim() !== 'mermaid') return usual(tokens, index, ...rest)
    return `<Chart code="${encodeURIComponent(content)}" />`
  }
}
