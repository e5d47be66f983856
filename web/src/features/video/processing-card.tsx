import { useMutation } from '@tanstack/react-query'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Button } from '../../components/button.tsx'
import { ProgressBar } from '../../components/progress-bar.tsx'
import { api } from '../../lib/api.ts'
import { formatBytes, formatClock } from '../../lib/format.ts'
import { faultOf } from '../../lib/problem-error.ts'
import { toast } from '../../lib/toasts.ts'
import { t } from '../../strings/strings.ts'

/** How far the making of the video is. */
export function ProcessingCard({ video }: { readonly video: VideoDetails }) {
  const { progress, job } = video
  const words = t.video.processing
  const cancel = useMutation({
    mutationFn: (jobId: string) => api.cancelJob(jobId),
    onSuccess: () => toast(words.cancelled),
    onError: (error) => toast(faultOf(error).message, { tone: 'bad' }),
  })
  return (
    <section className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-line bg-panel p-4">
      <div className="min-w-48 flex-1">
        <p className="text-sm font-medium">
          {progress ? (words.stage[progress.stage] ?? progress.stage) : words.waiting}
        </p>
        <p className="tabular mb-2 text-sm text-muted">{factsOf(video).join(' · ')}</p>
        <ProgressBar value={progress?.percent ?? 0} label={t.library.card.processing(progress?.percent ?? null)} />
      </div>
      {job && (job.state === 'running' || job.state === 'waiting') ? (
        <Button onClick={() => cancel.mutate(job.id)} disabled={cancel.isPending}>
          {words.cancel}
        </Button>
      ) : null}
    </section>
  )
}

function factsOf({ progress, playableSec, job }: VideoDetails): string[] {
  const words = t.video.processing
  const left = progress && progress.secondsLeft !== null && t.upload.left(formatClock(progress.secondsLeft))
  const facts = [
    progress && t.common.percent(progress.percent),
    progress && progress.bytesPerSec > 0 && t.upload.rate(formatBytes(progress.bytesPerSec)),
    progress?.note ?? left,
    job?.state === 'waiting' && job.failure?.message,
    playableSec > 0 ? words.upTo(formatClock(playableSec)) : words.notYet,
  ]
  return facts.filter((fact) => typeof fact === 'string')
}
