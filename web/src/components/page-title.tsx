import { useEffect } from 'react'
import { t } from '../strings/strings.ts'

/** The heading of a page, which also names the tab. `hidden`: only for the ear. */
export function PageTitle({ title, hidden = false }: { readonly title: string; readonly hidden?: boolean }) {
  useEffect(() => {
    document.title = `${title} · ${t.brand}`
  }, [title])
  return (
    <h1 dir="auto" className={hidden ? 'sr-only' : 'text-2xl max-md:text-xl'}>
      {title}
    </h1>
  )
}
