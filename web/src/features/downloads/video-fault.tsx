import { Link } from 'wouter'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { buttonClass } from '../../components/button.tsx'
import { FaultText } from '../../components/problem-card.tsx'
import { t } from '../../strings/strings.ts'

/** Why what was downloaded did not become a video. */
export function VideoFault({ video: { id, failure } }: { readonly video: Pick<VideoDetails, 'id' | 'failure'> }) {
  if (failure === null) return null
  return (
    <div role="alert" className="flex flex-wrap items-start gap-3 rounded-lg bg-bad-soft px-3 py-2.5">
      <div className="min-w-40 flex-1">
        <FaultText fault={failure} />
      </div>
      <Link href={`/video/${id}`} className={buttonClass('plain')}>
        {t.downloads.row.open}
      </Link>
    </div>
  )
}
