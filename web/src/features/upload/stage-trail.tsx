import { Check } from 'lucide-react'
import { t } from '../../strings/strings.ts'
import { STAGES, type Stage } from './upload-view.ts'

/** Send → probe → cut → store → ready, with what is done ticked. */
export function StageTrail({ stage }: { readonly stage: Stage }) {
  const now = stage === 'ready' ? STAGES.length : STAGES.indexOf(stage)
  return (
    <ol aria-label={t.upload.stagesLabel} className="flex flex-wrap items-center gap-0.5 text-xs md:gap-1">
      {STAGES.map((each, index) => (
        <li key={each} aria-current={index === now ? 'step' : undefined} className="flex items-center gap-0.5 md:gap-1">
          {index > 0 && <span className={`h-px w-1.5 md:w-8 ${index <= now ? 'bg-accent' : 'bg-line'}`} />}
          <StageName name={t.upload.stages[each]} when={Math.sign(index - now)} />
        </li>
      ))}
    </ol>
  )
}

const LOOKS = { past: 'text-accent-ink', now: 'bg-raised font-medium text-ink', future: 'text-muted' }

/** `when`: negative for what is done, 0 for now, positive for what is to come. */
function StageName({ name, when }: { readonly name: string; readonly when: number }) {
  const look = when < 0 ? LOOKS.past : when === 0 ? LOOKS.now : LOOKS.future
  return (
    <span className={`flex items-center gap-1 rounded-full px-1.5 py-0.5 ${look}`}>
      {when < 0 ? (
        <Check className="size-3.5" aria-hidden="true" />
      ) : (
        <span className={`size-1.5 rounded-full ${when === 0 ? 'breathe bg-accent' : 'bg-line'}`} />
      )}
      {name}
    </span>
  )
}
