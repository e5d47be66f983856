import { useEffect, useState } from 'react'
import type { DownloadLog } from '../../../../src/surfaces/http/contract/download.ts'
import { api } from '../../lib/api.ts'

export type LogLines = DownloadLog['lines']

const ASK_EVERY_MS = 1000
/** The server keeps about as many. */
const KEPT_LINES = 2000

interface JobLog {
  /** Null before the first answer. */
  readonly lines: LogLines | null
  readonly isLost: boolean
}

/** What a job has said so far; asked again while it is `live`. */
export function useJobLog(id: string, isLive: boolean): JobLog {
  const [log, setLog] = useState<JobLog>({ lines: null, isLost: false })
  useEffect(() => {
    const leaving = new AbortController()
    void followLog(id, isLive, setLog, leaving.signal)
    return () => leaving.abort()
  }, [id, isLive])
  return log
}

/** Until everything of an ended job was read, or the reader leaves. */
async function followLog(
  id: string,
  isLive: boolean,
  show: (change: (before: JobLog) => JobLog) => void,
  signal: AbortSignal,
): Promise<void> {
  let lines: LogLines = []
  while (!signal.aborted) {
    const page = await api.downloadLog(id, lines.at(-1)?.number ?? 0, signal).catch(() => null)
    if (signal.aborted) return
    const fresh = page?.lines ?? []
    lines = [...lines, ...fresh].slice(-KEPT_LINES)
    const [shown, isLost] = [lines, page === null]
    show((before) => ({ lines: isLost ? before.lines : shown, isLost }))
    if (fresh.length > 0) continue
    if (!isLive && !isLost) return
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
}
