import { Check } from 'lucide-react'
import { t } from '../../strings/strings.ts'
import { STAGES, type Stage } from './upload-view.ts'

/** Send → probe → cut → store → ready, with what is done ticked. */
export function StageTrail({ stage }: { readonly stage: Stage }) {
  const now = STAGES.indexOf(stage)
  const isReady = stage === 'ready'
  return (
    <ol aria-label={t.upload.stagesLabel} className="flex flex-wrap items-center gap-x-1 gap-y-1 text-xs">
      {STAGES.map((each, index) => {
        const isDone = index < now || isReady
        const isNow = index === now && !isReady
        return (
          <li key={each} aria-current={isNow ? 'step' : undefined} className="flex items-center gap-1">
            {index > 0 && <span className={`h-px w-4 md:w-8 ${isDone || isNow ? 'bg-accent' : 'bg-line'}`} />}
            <span
              className={`flex items-center gap-1 rounded-full px-1.5 py-0.5 ${isNow ? 'bg-raised font-medium text-ink' : isDone ? 'text-accent-ink' : 'text-muted'}`}
            >
              {isDone ? (
                <Check className="size-3.5" aria-hidden="true" />
              ) : (
                <span className={`size-1.5 rounded-full ${isNow ? 'breathe bg-accent' : 'bg-line'}`} />
              )}
              {t.upload.stages[each]}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
