import type { EncoderChoice } from './hardware-encoders.ts'
import type { SandboxLevel } from '#lib/process/sandbox.ts'

/** What was found out about the media tools at start. */
export interface MediaToolStatus {
  /** Null when a program is missing; `problem` says which, and how to get it. */
  readonly tools: {
    readonly ffmpeg: { readonly path: string; readonly version: string }
    readonly ffprobe: { readonly path: string; readonly version: string }
  } | null
  readonly problem: { readonly message: string; readonly why?: string; readonly fix?: string } | null
  readonly sandbox: { readonly level: SandboxLevel; readonly why: string }
  readonly encoder: EncoderChoice
  /** Whether memory, time and files of a run are limited by the system. */
  readonly limits: boolean
  readonly warnings: readonly string[]
}
