import { LoaderCircle } from 'lucide-react'
import { useEffect, useState } from 'react'
import { formatClock } from '../../lib/format.ts'
import type { Fault } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

const REASON_AFTER_MS = 2000

/** Turns while nothing comes; after two seconds it says why. */
export function WaitingNote({
  isAtGrowingEnd,
  endSec,
  trouble,
}: {
  readonly isAtGrowingEnd: boolean
  readonly endSec: number
  readonly trouble: Fault | null
}) {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), REASON_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  const waiting = isAtGrowingEnd ? t.player.waitingForMore(formatClock(endSec)) : t.player.buffering
  const reason = trouble ? t.player.tryingAgain(trouble.message) : waiting
  return (
    <div
      role="status"
      className="appear-late pointer-events-none absolute inset-0 grid place-content-center justify-items-center gap-3"
    >
      <LoaderCircle className="size-10 animate-spin text-white" aria-hidden="true" />
      {isLong && <p className="rounded-lg bg-black/75 px-3 py-1 text-sm text-white">{reason}</p>}
    </div>
  )
}
