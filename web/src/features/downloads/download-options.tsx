import { ChevronDown } from 'lucide-react'
import { Collapsible } from 'radix-ui'
import { CheckBox } from '../../components/check-box.tsx'
import { Choice } from '../../components/choice.tsx'
import { Field, LinesField } from '../../components/field.tsx'
import { useStored } from '../../lib/external-store.ts'
import { t } from '../../strings/strings.ts'
import { changeWishes, draft } from './draft.ts'
import { faultsIn, type Wishes } from './order-of.ts'

/** How to fetch: where to, how good, and folded all the rest. */
export function DownloadOptions({ isOnly }: { readonly isOnly: boolean }) {
  const { wishes } = useStored(draft)
  const words = t.downloads.options
  const { targets, qualities, containers } = words
  const faults = faultsIn(wishes)
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-3">
      <legend className="sr-only">{words.title}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-3">
        <Choice
          label={words.quality}
          value={wishes.quality}
          choices={[
            ['best', qualities.best],
            ['1080', qualities['1080']],
            ['720', qualities['720']],
            ['audio-only', qualities['audio-only']],
          ]}
          onChoose={(quality) => changeWishes({ quality })}
        />
        <Choice
          label={words.target}
          value={wishes.target}
          choices={[
            ['library', targets.library],
            ['file', targets.file],
          ]}
          onChoose={(target) => changeWishes({ target })}
        />
        {wishes.target === 'file' && (
          <Choice
            label={words.container}
            value={wishes.container}
            choices={[
              ['original', containers.original],
              ['mp4', containers.mp4],
              ['mkv', containers.mkv],
            ]}
            onChoose={(container) => changeWishes({ container })}
          />
        )}
      </div>
      <Collapsible.Root>
        <Collapsible.Trigger className="group flex h-9 items-center gap-1.5 rounded-lg text-sm font-medium text-muted hover:text-ink max-md:h-11">
          <ChevronDown
            className="size-4 -rotate-90 transition-transform group-data-[state=open]:rotate-0"
            aria-hidden="true"
          />
          {words.more}
        </Collapsible.Trigger>
        <Collapsible.Content>
          <MoreOptions wishes={wishes} isOnly={isOnly} />
        </Collapsible.Content>
      </Collapsible.Root>
      {faults.map((fault) => (
        <p key={fault} role="alert" className="text-sm text-bad">
          {fault}
        </p>
      ))}
    </fieldset>
  )
}

function MoreOptions({ wishes, isOnly }: { readonly wishes: Wishes; readonly isOnly: boolean }) {
  const words = t.downloads.options
  const field = (name: 'title' | 'subtitles' | 'audio' | 'headers' | 'referer' | 'cookies' | 'proxy' | 'minutes') => ({
    value: wishes[name],
    onText: (text: string) => changeWishes({ [name]: text }),
  })
  return (
    <div className="grid gap-x-5 gap-y-4 pt-2 md:grid-cols-2">
      {isOnly && <Field label={words.name} placeholder={words.namePlaceholder} {...field('title')} />}
      <Field label={words.subtitles} hint={words.subtitlesHint} {...field('subtitles')} />
      <Field label={words.audio} hint={words.audioHint} {...field('audio')} />
      <Field label={words.referer} placeholder="https://…" {...field('referer')} />
      <Field label={words.cookies} hint={words.cookiesHint} {...field('cookies')} />
      <Field label={words.proxy} placeholder="http://host:port" {...field('proxy')} />
      <div className="md:col-span-2">
        <LinesField label={words.headers} hint={words.headersHint} {...field('headers')} />
      </div>
      <div className="grid content-start gap-3">
        <Choice
          label={words.live}
          value={wishes.liveFrom}
          choices={[
            ['start', words.liveFrom.start],
            ['edge', words.liveFrom.edge],
          ]}
          onChoose={(liveFrom) => changeWishes({ liveFrom })}
        />
        <CheckBox
          label={words.gaps}
          hint={words.gapsHint}
          isChecked={wishes.allowGaps}
          onTick={(allowGaps) => changeWishes({ allowGaps })}
        />
      </div>
      <Field label={words.duration} hint={words.durationHint} inputMode="decimal" {...field('minutes')} />
    </div>
  )
}
