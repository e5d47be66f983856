import { useSyncExternalStore } from 'react'
import { uploads } from '../features/upload/uploads.ts'

/** How many files are on their way. */
export function UploadBadge() {
  const rows = useSyncExternalStore(uploads.subscribe, uploads.rows)
  const open = rows.filter(({ phase }) => phase === 'sending' || phase === 'waiting').length
  if (open === 0) return null
  return (
    <span className="tabular rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent">{open}</span>
  )
}
