import { useQuery } from '@tanstack/react-query'
import { downloadsQuery } from '../lib/queries.ts'
import { t } from '../strings/strings.ts'

/** How many downloads run. */
export function DownloadBadge() {
  const { data } = useQuery(downloadsQuery)
  const running = data?.downloads.filter(({ state }) => state === 'running').length ?? 0
  if (running === 0) return null
  return (
    <span className="tabular rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent">
      <span aria-hidden="true">{running}</span>
      <span className="sr-only">{t.downloads.running(running)}</span>
    </span>
  )
}
