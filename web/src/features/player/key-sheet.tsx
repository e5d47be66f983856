import { Sheet } from '../../components/sheet.tsx'
import { t } from '../../strings/strings.ts'

/** Which key does what. */
export function KeySheet({
  open,
  onOpenChange,
  container,
}: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly container: HTMLElement | null
}) {
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title={t.player.keySheet.title} container={container}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
        {t.player.keySheet.rows.map(([keys, deed]) => (
          <div key={deed} className="contents">
            <dt className="flex items-start gap-1">
              {keys.split(/\s{2,}/).map((key) => (
                <kbd key={key} className="rounded-md border border-line bg-raised px-1.5 font-mono text-xs leading-6">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-muted">{deed}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  )
}
