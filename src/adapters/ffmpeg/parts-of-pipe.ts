import { ContainerError } from '#lib/containers/container-error.ts'
import { type FragmentStreamPart, readFragmentStream } from '#lib/containers/iso-bmff/fragment-stream.ts'

/** A part of one pipe, with the position of its track in the plan. */
export interface PipePart {
  readonly position: number
  readonly part: FragmentStreamPart
}

/** What comes through the pipe of one track. A track without a single packet leaves its pipe empty, or half a header in it. */
export async function* partsOfPipe(position: number, output: AsyncIterable<Uint8Array>): AsyncGenerator<PipePart> {
  let hasBegun = false
  try {
    for await (const part of readFragmentStream(output)) {
      hasBegun = true
      yield { position, part }
    }
  } catch (error) {
    if (hasBegun || !(error instanceof ContainerError)) throw error
  }
}
