import { useQuery, useQueryClient } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { formatBytes } from '../../lib/format.ts'
import { shownName } from '../../lib/turning.ts'
import { t } from '../../strings/strings.ts'
import { forgetUpload, interruptedUploads } from './interrupted-uploads.ts'
import type { UploadRow } from './uploads.ts'

/** What was begun in this browser before a reload: the same file, chosen again, goes on. */
export function Interrupted({ rows }: { readonly rows: readonly UploadRow[] }) {
  const client = useQueryClient()
  const key = ['interrupted', rows.map(({ id, phase }) => `${id} ${phase}`).join()]
  const { data = [] } = useQuery({ queryKey: key, queryFn: interruptedUploads })
  const isHere = (name: string, byteLength: number) =>
    rows.some((row) => row.name === name && row.byteLength === byteLength)
  const left = data.filter(({ name, byteLength }) => !isHere(name, byteLength))
  if (left.length === 0) return null
  return (
    <section className="grid grid-cols-1 gap-2">
      <h2 className="text-base">{t.upload.interrupted}</h2>
      <p className="text-sm text-muted">{t.upload.interruptedBody}</p>
      <ul className="grid grid-cols-1 gap-2">
        {left.map(({ key: storageKey, name, byteLength }) => (
          <li
            key={storageKey}
            className="flex items-center gap-3 rounded-xl border border-line bg-panel py-2 pr-2 pl-4"
          >
            <History className="size-4.5 shrink-0 text-muted" aria-hidden="true" />
            <span dir="auto" className="min-w-0 flex-1 truncate text-sm">
              {shownName(name)}
            </span>
            <span className="tabular text-sm text-muted">{formatBytes(byteLength)}</span>
            <Button
              look="quiet"
              aria-label={t.upload.of(t.upload.forget, name)}
              onClick={() => void forgetUpload(storageKey).then(() => client.invalidateQueries({ queryKey: key }))}
            >
              {t.upload.forget}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
