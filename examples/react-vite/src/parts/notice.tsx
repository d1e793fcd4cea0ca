import type { ReactNode } from 'react'

export type NoticeProps = {
  kind: 'info' | 'warning' | 'error'
  title: string
  children?: ReactNode
  action?: { label: string; run: () => void }
}

/** What the person has to know or to do. */
export function Notice({ kind, title, children, action }: NoticeProps) {
  return (
    <section className={`notice ${kind}`} role={kind === 'info' ? 'status' : 'alert'}>
      <div>
        <strong>{title}</strong>
        {children && <p>{children}</p>}
      </div>
      {action && <button onClick={action.run}>{action.label}</button>}
    </section>
  )
}
