/**
 * Tabs that GitHub shows as code blocks one below the other: what stands between `<!-- tabs -->` and `<!-- /tabs -->` becomes
 * a group of code, whose tabs are named by the word in brackets behind each block's language.
 */
export function tabsFromComments() {
  return {
    name: 'tabs-from-comments',
    enforce: 'pre',
    transform(text, id) {
      if (!id.endsWith('.md')) return null
      return text.replaceAll('<!-- tabs -->', '::: code-group').replaceAll('<!-- /tabs -->', ':::')
    },
  }
}
