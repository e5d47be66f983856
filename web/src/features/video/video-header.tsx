import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Button } from '../../components/button.tsx'
import { Chip } from '../../components/chip.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { codecName, formatBytes, formatClock, resolutionName } from '../../lib/format.ts'
import { removeWithUndo } from '../../lib/pending-removals.ts'
import { t } from '../../strings/strings.ts'
import { RenameForm } from './rename-form.tsx'

/** Title, the facts that matter, rename and delete. */
export function VideoHeader({ video }: { readonly video: VideoDetails }) {
  const [title, setTitle] = useState<'shown' | 'renaming' | 'renamed'>('shown')
  const [, navigate] = useLocation()
  const remove = () => {
    removeWithUndo(video.id, video.title)
    navigate('/')
  }
  return (
    <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-72">
        <PageTitle title={video.title} hidden={title === 'renaming'} />
        {title === 'renaming' && <RenameForm video={video} onDone={() => setTitle('renamed')} />}
        <div className="mt-2 flex flex-wrap gap-1.5">
          {headlineFacts(video).map((fact, index) => (
            <Chip key={fact} tone={index === 0 ? 'accent' : 'plain'}>
              {fact}
            </Chip>
          ))}
        </div>
      </div>
      {title !== 'renaming' && (
        <div className="flex gap-1">
          {/* It comes back where the form was, and with it the place of whoever works by keys. */}
          <Button look="quiet" autoFocus={title === 'renamed'} onClick={() => setTitle('renaming')}>
            <Pencil className="size-4" aria-hidden="true" />
            {t.video.rename}
          </Button>
          <Button look="danger" onClick={remove}>
            <Trash2 className="size-4" aria-hidden="true" />
            {t.video.remove}
          </Button>
        </div>
      )}
    </header>
  )
}

function headlineFacts({ width, height, videoRange, durationSec, codecs, byteLength }: VideoDetails): string[] {
  const facts = [
    resolutionName(width, height),
    videoRange === null || videoRange === 'SDR' ? null : `HDR ${videoRange}`,
    durationSec === null ? null : formatClock(durationSec),
    ...codecs.map(codecName),
    formatBytes(byteLength),
  ]
  return facts.filter((fact) => fact !== null)
}
