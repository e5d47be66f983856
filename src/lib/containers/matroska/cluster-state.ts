import { ContainerError } from '../container-error.ts'
import { type ElementHeader, UNKNOWN_SIZE } from './ebml-element.ts'
import { endsCluster, ID } from './element-id.ts'

/**
 * What to do with the element that was met: `enter` its body, read the Cluster's time, read a block, a group with a block,
 * `skip` it, or stop because another file begins.
 */
export type ClusterStep = 'enter' | 'timestamp' | 'block' | 'group' | 'skip' | 'stop'

/** Follows a walk through the Segment: which elements are blocks, and what time their Cluster has. */
export class ClusterState {
  #ticks: number | null = null
  #bodyAt = 0
  #end = 0

  /** Offset of the body of the Cluster entered last. */
  get bodyAt(): number {
    return this.#bodyAt
  }

  /** Throws `malformed` for elements that cannot stand here. `at` is the offset of the element. */
  step(element: ElementHeader, at: number): ClusterStep {
    const bodyAt = at + element.headerLength
    const end = bodyAt + element.size
    if (element.id === ID.cluster) return this.#enter(bodyAt, end)
    if (element.id === ID.ebml || element.id === ID.segment) return 'stop'
    if (element.size === UNKNOWN_SIZE) throw malformed('an element of unknown size is no Cluster')
    if (endsCluster(element.id)) this.#end = 0
    const step = at < this.#end ? STEPS.get(element.id) : undefined
    if (step === undefined) return 'skip'
    if (end > this.#end) throw malformed('a block or time is longer than its Cluster')
    return step
  }

  setTicks(ticks: number): void {
    this.#ticks = ticks
  }

  /** Ticks of the file of a block, CodecDelay not yet taken off. Throws `malformed` in a Cluster that has told no time. */
  ticksOf(relativeTicks: number): number {
    if (this.#ticks === null) throw malformed('a block comes before the time of its Cluster')
    return this.#ticks + relativeTicks
  }

  #enter(bodyAt: number, end: number): ClusterStep {
    this.#ticks = null
    this.#bodyAt = bodyAt
    this.#end = end
    return 'enter'
  }
}

const STEPS: ReadonlyMap<number, ClusterStep> = new Map<number, ClusterStep>([
  [ID.timestamp, 'timestamp'],
  [ID.simpleBlock, 'block'],
  [ID.blockGroup, 'group'],
])

function malformed(what: string): ContainerError {
  return new ContainerError('malformed', `Matroska: ${what}`)
}
