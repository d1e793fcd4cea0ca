'use client'
import { useEffect } from 'react'
import { run } from '../main.mjs'

export default function Page() {
  useEffect(() => {
    globalThis.run = run
  }, [])
  return <main>og-ledger in a client component</main>
}
