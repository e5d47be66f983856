import { useQuery } from '@tanstack/react-query'
import { Pause, Play, RotateCw, X } from 'lucide-react'
import { Link } from 'wouter'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Button, buttonClass, IconButton } from '../../components/button.tsx'
import { FaultText } from '../../components/problem-card.tsx'
import { ProgressBar } from '../../components/progress-bar.tsx'
import { detailsQuery } from '../../lib/queries.ts'
import { shownName } from '../../lib/turning.ts'
import { t } from '../../strings/strings.ts'
import { IngestStatistics } from './ingest-statistics.tsx'
import { StageTrail } from './stage-trail.tsx'
import { stageOf, uploadLine, uploadPercent } from './upload-view.ts'
import { type UploadRow, uploads } from './uploads.ts'

/** One file: where it is, how fast, what became of it. */
export function UploadItem({ row }: { readonly row: UploadRow }) {
  const { videoId } = row
  const { data: video } = useQuery({ ...detailsQuery(videoId ?? ''), enabled: videoId !== null })
  const fault = row.fault ?? video?.failure ?? null
  const percent = uploadPercent(row, video)
  return (
    <li className="grid grid-cols-1 gap-2.5 rounded-2xl border border-line bg-panel p-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h3 dir="auto" title={shownName(row.name)} className="line-clamp-2 text-sm font-medium">
            {shownName(row.name)}
          </h3>
          <p className="tabular text-sm text-muted">{uploadLine(row, video)}</p>
        </div>
        <Actions row={row} video={video} />
      </div>
      {fault ? (
        <div role="alert" className="rounded-lg bg-bad-soft px-3 py-2">
          <FaultText fault={fault} />
        </div>
      ) : (
        <>
          {video?.state !== 'active' && <ProgressBar value={percent} label={t.upload.progress(row.name)} />}
          <StageTrail stage={stageOf(row, video)} />
        </>
      )}
      {video?.statistics ? <IngestStatistics statistics={video.statistics} /> : null}
    </li>
  )
}

function Actions({ row, video }: { readonly row: UploadRow; readonly video: VideoDetails | undefined }) {
  const { id, name, phase } = row
  return (
    <div className="flex shrink-0 gap-1">
      {(phase === 'sending' || phase === 'waiting') && (
        <IconButton label={t.upload.of(t.upload.pause, name)} onClick={() => uploads.pause(id)}>
          <Pause className="size-4.5" aria-hidden="true" />
        </IconButton>
      )}
      {phase === 'paused' && (
        <IconButton label={t.upload.of(t.upload.resume, name)} onClick={() => uploads.resume(id)}>
          <Play className="size-4.5" aria-hidden="true" />
        </IconButton>
      )}
      {phase === 'failed' && (
        <Button aria-label={t.upload.of(t.upload.retry, name)} onClick={() => uploads.resume(id)}>
          <RotateCw className="size-4" aria-hidden="true" />
          {t.upload.retry}
        </Button>
      )}
      {video ? <WatchLink video={video} /> : null}
      {phase === 'sent' ? (
        <IconButton label={t.upload.of(t.upload.dismiss, name)} onClick={() => uploads.dismiss(id)}>
          <X className="size-4.5" aria-hidden="true" />
        </IconButton>
      ) : (
        <IconButton label={t.upload.of(t.upload.cancel, name)} onClick={() => uploads.cancel(id)}>
          <X className="size-4.5" aria-hidden="true" />
        </IconButton>
      )}
    </div>
  )
}

function WatchLink({ video }: { readonly video: VideoDetails }) {
  if (video.playlistUrl === null) {
    return (
      <Link href={`/video/${video.id}`} className={buttonClass()} aria-label={t.upload.of(t.upload.open, video.title)}>
        {t.upload.open}
      </Link>
    )
  }
  return (
    <Link
      href={`/video/${video.id}?play=1`}
      className={buttonClass('primary')}
      aria-label={t.upload.of(t.upload.play, video.title)}
    >
      <Play className="size-4 fill-current" aria-hidden="true" />
      {t.upload.play}
    </Link>
  )
}
