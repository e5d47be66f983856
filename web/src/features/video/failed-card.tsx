import { useMutation } from '@tanstack/react-query'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { ProblemCard } from '../../components/problem-card.tsx'
import { api } from '../../lib/api.ts'
import { ProblemError } from '../../lib/problem-error.ts'
import { toast } from '../../lib/toasts.ts'
import { t } from '../../strings/strings.ts'

/** The ingest failed: what, why, what mends it, and another try. */
export function FailedCard({ video }: { readonly video: VideoDetails }) {
  const retry = useMutation({
    mutationFn: () => api.retry(video.id),
    onSuccess: () => toast(t.video.failed.retried, { tone: 'good' }),
  })
  const failure = video.failure ?? { code: 'unknown', message: t.video.failed.title }
  const error = retry.error ?? new ProblemError(failure, { status: 0 })
  return <ProblemCard error={error} title={t.video.failed.title} onRetry={() => retry.mutate()} />
}
