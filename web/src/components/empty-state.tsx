import type { ReactNode } from 'react'
import { Logo } from './logo.tsx'

/** Nothing here: a glyph, a sentence, a way on. */
export function EmptyState({
  title,
  body,
  children,
}: {
  readonly title: string
  readonly body?: string
  readonly children?: ReactNode
}) {
  return (
    <section className="mx-auto flex w-full max-w-xl flex-col items-center gap-4 py-16 text-center">
      <Logo className="size-16 text-line" />
      <h2 className="text-xl">{title}</h2>
      {body ? <p className="text-balance text-muted">{body}</p> : null}
      {children}
    </section>
  )
}
