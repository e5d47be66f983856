import { t } from '../strings/strings.ts'
import { useStored } from '../lib/external-store.ts'
import { uploads } from '../features/upload/uploads.ts'

/** How many files are on their way. */
export function UploadBadge() {
  const rows = useStored(uploads.rows)
  const open = rows.filter(({ phase }) => phase === 'sending' || phase === 'waiting').length
  if (open === 0) return null
  return (
    <span className="tabular rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent">
      <span aria-hidden="true">{open}</span>
      <span className="sr-only">{t.upload.onTheirWay(open)}</span>
    </span>
  )
}
