import { useQuery } from '@tanstack/react-query'
import { CloudUpload } from 'lucide-react'
import { useEffect } from 'react'
import { Button } from '../../components/button.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { useStored } from '../../lib/external-store.ts'
import { formatBytes } from '../../lib/format.ts'
import { statusQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { Interrupted } from './interrupted.tsx'
import { UploadItem } from './upload-item.tsx'
import { uploads } from './uploads.ts'

/** Sends files and follows them until they can be watched. */
export function UploadPage() {
  const rows = useStored(uploads.rows)
  const { data: status } = useQuery(statusQuery)
  useEffect(() => {
    if (status) uploads.chunkBytes = status.upload.chunkBytes
  }, [status])
  const failed = rows.filter(({ phase }) => phase === 'failed')
  const done = rows.filter(({ phase }) => phase === 'sent')
  return (
    <div className="mx-auto grid max-w-4xl grid-cols-1 gap-6">
      <PageTitle title={t.upload.title} />
      <section
        className={`grid justify-items-center gap-3 rounded-2xl border-2 border-dashed border-line bg-panel px-6 text-center ${rows.length > 0 ? 'py-6' : 'py-12 max-md:py-8'}`}
      >
        {rows.length === 0 && <CloudUpload className="size-12 text-accent-ink" aria-hidden="true" />}
        <h2 className="text-xl">{t.upload.drop}</h2>
        <p className="max-w-md text-sm text-balance text-muted">
          {status ? t.upload.takes(formatBytes(status.upload.maxBytes)) : t.upload.takesPlain}
        </p>
        <FileButton look="primary" onFiles={(files) => uploads.add(files)} className="mt-1">
          {t.upload.choose}
        </FileButton>
        <p className="mt-1 max-w-md text-xs text-balance text-muted">{t.upload.keepsOn}</p>
      </section>
      {rows.length > 0 && (
        <section className="grid grid-cols-1 gap-3">
          <div className="flex flex-wrap items-center gap-2">
            <h2 className="mr-auto text-base">{t.upload.list}</h2>
            {failed.length > 1 && <Button onClick={() => uploads.resumeAll(failed)}>{t.upload.retryAll}</Button>}
            {done.length > 0 && (
              <Button look="quiet" onClick={() => uploads.dismissAll(done)}>
                {t.upload.clear}
              </Button>
            )}
          </div>
          <ul className="grid grid-cols-1 gap-3">
            {rows.toReversed().map((row) => (
              <UploadItem key={row.id} row={row} />
            ))}
          </ul>
        </section>
      )}
      <Interrupted rows={rows} />
    </div>
  )
}
