import { setTimeout as sleep } from 'node:timers/promises'
import { createElement, useEffect } from 'react'
import { create } from 'react-test-renderer'

/** How long React may take over what a reading changes. */
const RENDER_MS = 100

/**
 * A page of components that show what one hook gives them, and count how often they render.
 *
 * @param hooks a function that calls the hook, by the name under which its renders are counted
 * @param around what stands above the components, such as a provider
 */
export function showPage(hooks, around = (components) => components) {
  const renders = new Map(Object.keys(hooks).map((name) => [name, 0]))
  const components = Object.entries(hooks).map(([name, use]) => {
    function Component() {
      use()
      useEffect(() => void renders.set(name, renders.get(name) + 1))
      return null
    }
    return createElement(Component, { key: name })
  })
  create(around(components))
  return {
    /** How often a component has rendered, once React is done with what came before. */
    async renders(name) {
      await sleep(RENDER_MS)
      return renders.get(name)
    },
  }
}

/** The components of both sides: what a page of a wallet with several providers shows. */
export const COMPONENTS = {
  ledger: 'the ledger',
  charged: 'the sub-account charged',
  figure: 'one figure of it',
  other: 'another sub-account',
  shortfall: 'what the plan lacks',
  transactions: 'the transactions',
  position: 'the whole position',
}
