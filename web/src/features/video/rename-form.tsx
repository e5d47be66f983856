import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { VideoChange } from '../../../../src/surfaces/http/contract/video-requests.ts'
import { Button } from '../../components/button.tsx'
import { api } from '../../lib/api.ts'
import { patchVideo } from '../../lib/apply-message.ts'
import { faultOf } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** The title, to be written anew in its place. Escape leaves it. */
export function RenameForm({ video, onDone }: { readonly video: VideoDetails; readonly onDone: () => void }) {
  const client = useQueryClient()
  const [title, setTitle] = useState(video.title)
  const errorId = useId()
  const rename = useMutation({
    mutationFn: () => api.rename(video.id, title.trim()),
    onSuccess: (details) => {
      patchVideo(client, details.id, { title: details.title })
      onDone()
    },
  })
  const isRight = VideoChange.safeParse({ title }).success
  return (
    <form
      className="flex flex-wrap gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (isRight) rename.mutate()
      }}
      onKeyDown={({ key }) => key === 'Escape' && onDone()}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed.
        autoFocus
        dir="auto"
        value={title}
        maxLength={300}
        aria-label={t.video.renameLabel}
        aria-invalid={!isRight || rename.isError}
        aria-describedby={rename.isError ? errorId : undefined}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        onFocus={({ currentTarget }) => currentTarget.select()}
        className="h-9 min-w-0 flex-1 rounded-lg border border-line bg-panel px-3 text-lg font-semibold tracking-tight max-md:h-11 max-md:basis-full"
      />
      <Button type="submit" look="primary" disabled={!isRight || rename.isPending}>
        {t.common.save}
      </Button>
      <Button look="quiet" onClick={onDone}>
        {t.common.cancel}
      </Button>
      {rename.error ? (
        <p id={errorId} role="alert" className="w-full text-sm text-bad">
          {faultOf(rename.error).message}
        </p>
      ) : null}
    </form>
  )
}
