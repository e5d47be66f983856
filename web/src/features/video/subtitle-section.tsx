import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CirclePlus, Download, Trash2 } from 'lucide-react'
import type { SubtitleInfo, VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { buttonClass, IconButton } from '../../components/button.tsx'
import { Chip } from '../../components/chip.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { api } from '../../lib/api.ts'
import { codecName } from '../../lib/format.ts'
import { faultOf } from '../../lib/problem-error.ts'
import { detailsKey } from '../../lib/queries.ts'
import { toast } from '../../lib/toasts.ts'
import { trackLabel } from '../../lib/track-label.ts'
import { t } from '../../strings/strings.ts'

const ENDINGS = ['.srt', '.vtt', '.ass', '.ssa']

/** The subtitles: download, add, remove. */
export function SubtitleSection({ video }: { readonly video: VideoDetails }) {
  const add = useAddSubtitles(video.id)
  return (
    <section
      aria-label={t.video.sections.subtitles}
      className="grid gap-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        add([...event.dataTransfer.files])
      }}
    >
      {video.subtitles.length > 0 ? (
        <ul className="grid gap-2">
          {video.subtitles.map((subtitle) => (
            <SubtitleRow key={subtitle.name} videoId={video.id} subtitle={subtitle} />
          ))}
        </ul>
      ) : (
        <p className="text-sm text-muted">{t.video.subtitles.none}</p>
      )}
      <div className="flex flex-wrap items-center gap-3 rounded-xl border-2 border-dashed border-line p-4">
        <FileButton onFiles={add} accept={ENDINGS.join()}>
          <CirclePlus className="size-4" aria-hidden="true" />
          {t.video.subtitles.add}
        </FileButton>
        <p className="min-w-48 flex-1 text-sm text-muted">{t.video.subtitles.drop}</p>
      </div>
    </section>
  )
}

function useAddSubtitles(videoId: string): (files: File[]) => void {
  const client = useQueryClient()
  const { mutate } = useMutation({
    mutationFn: (file: File) => api.addSubtitle(videoId, file),
    onSuccess: (_answer, file) => toast(t.video.subtitles.added(file.name), { tone: 'good' }),
    onError: (error) => toast(faultOf(error).message, { tone: 'bad', detail: faultOf(error).fix ?? undefined }),
    onSettled: () => client.invalidateQueries({ queryKey: detailsKey(videoId) }),
  })
  return (files) => {
    for (const file of files) {
      const isTaken = ENDINGS.some((ending) => file.name.toLowerCase().endsWith(ending))
      if (isTaken) mutate(file)
      else toast(t.video.subtitles.wrongType(file.name), { tone: 'bad' })
    }
  }
}

function SubtitleRow({ videoId, subtitle }: { readonly videoId: string; readonly subtitle: SubtitleInfo }) {
  const client = useQueryClient()
  const words = t.video.subtitles
  const label = trackLabel(subtitle)
  const remove = useMutation({
    mutationFn: () => api.removeSubtitle(videoId, subtitle.name),
    onSuccess: () => toast(words.removed),
    onError: (error) => toast(faultOf(error).message, { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: detailsKey(videoId) }),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border border-line bg-panel py-2.5 pr-2.5 pl-4">
      <div className="min-w-40 flex-1">
        <h2 className="text-sm font-medium" dir="auto">
          {label}
        </h2>
        <div className="mt-1 flex flex-wrap gap-1">
          <Chip>{codecName(subtitle.codec)}</Chip>
          {subtitle.isDefault ? <Chip tone="accent">{t.video.tracks.default}</Chip> : null}
          {subtitle.forced ? <Chip>{t.video.tracks.forced}</Chip> : null}
          {subtitle.hearingImpaired ? <Chip>{t.video.tracks.hearingImpaired}</Chip> : null}
          {subtitle.sidecar ? <Chip>{words.sidecar}</Chip> : null}
        </div>
        {subtitle.form === 'bitmap' ? <p className="mt-1 text-xs text-muted">{words.bitmap}</p> : null}
      </div>
      <div className="flex flex-wrap gap-1">
        {subtitle.files.map(({ format, url, original }) => (
          <a key={format} href={url} download className={buttonClass('quiet')}>
            <Download className="size-4" aria-hidden="true" />
            <span className="sr-only">{words.download(label)}</span>.{format}
            {original ? <span className="text-xs text-muted">{words.original}</span> : null}
          </a>
        ))}
        <IconButton label={words.remove(label)} onClick={() => remove.mutate()} disabled={remove.isPending}>
          <Trash2 className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
    </li>
  )
}
