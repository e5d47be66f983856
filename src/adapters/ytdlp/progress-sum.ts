import { z } from 'zod'
import type { PageDownload } from '#domain/page-tool.ts'

const Figure = z.number().finite().nonnegative().nullish().catch(null)
const ProgressLine = z.object({
  filename: z.string().catch(''),
  downloaded_bytes: Figure,
  total_bytes: Figure,
  total_bytes_estimate: Figure,
  speed: Figure,
  eta: Figure,
})
const Announcement = z.object({ filesize: Figure, filesize_approx: Figure })

type Progress = Parameters<PageDownload['report']>[0]

/** Picture and sound come one after another, each counted from zero; to whoever waits they are one download. */
export class ProgressSum {
  readonly #bytes = new Map<string, number>()
  /** What the page said beforehand of all its parts. */
  #announced: number | null = null

  announce(line: unknown): void {
    const said = Announcement.safeParse(line)
    if (said.success) this.#announced = said.data.filesize ?? said.data.filesize_approx ?? null
  }

  add(line: unknown): Progress | null {
    const said = ProgressLine.safeParse(line)
    if (!said.success) return null
    const { filename, downloaded_bytes, speed, total_bytes, total_bytes_estimate } = said.data
    this.#bytes.set(filename, Math.max(this.#bytes.get(filename) ?? 0, downloaded_bytes ?? 0))
    const bytes = [...this.#bytes.values()].reduce((sum, one) => sum + one, 0)
    const before = bytes - (this.#bytes.get(filename) ?? 0)
    const ofThis = total_bytes ?? total_bytes_estimate ?? null
    const known = this.#announced ?? (ofThis === null ? null : before + ofThis)
    const totalBytes = known === null ? null : Math.max(bytes, Math.round(known))
    const bytesPerSec = speed ?? 0
    const secondsLeft = totalBytes === null || bytesPerSec === 0 ? null : Math.ceil((totalBytes - bytes) / bytesPerSec)
    return { bytes, totalBytes, bytesPerSec: Math.round(bytesPerSec), secondsLeft }
  }
}
