import type { ConcurrencyController } from './concurrency-controller.ts'

export interface SimulatedNetwork {
  /** Bytes per millisecond. */
  readonly perConnection: number
  readonly inAll: number
  readonly latencyMs: number
  readonly segmentBytes: number
  /** More requests at once are refused. */
  readonly refusedAbove?: number
}

interface Transfer {
  beganMs: number
  left: number
}

const STEP_MS = 2

/** Fetches segments over a network that is only arithmetic. How long they took, and how much came in each second. */
export function simulate(controller: ConcurrencyController, network: SimulatedNetwork, segments: number) {
  const running = new Set<Transfer>()
  const perSecond: number[] = []
  let begun = 0
  let done = 0
  let nowMs = 0
  let bytesLately = 0
  while (done < segments) {
    begun += begin(running, { controller, network, nowMs, most: segments - begun })
    nowMs += STEP_MS
    const { bytes, ended } = step(running, controller, network, nowMs)
    bytesLately += bytes
    done += ended
    if (nowMs % 1000 >= STEP_MS) continue
    perSecond.push(bytesLately)
    bytesLately = 0
  }
  return { tookMs: nowMs, perSecond }
}

interface Beginning {
  readonly controller: ConcurrencyController
  readonly network: SimulatedNetwork
  readonly nowMs: number
  readonly most: number
}

function begin(running: Set<Transfer>, { controller, network, nowMs, most }: Beginning): number {
  const { refusedAbove = Number.POSITIVE_INFINITY, segmentBytes } = network
  let begun = 0
  while (running.size < controller.connections && begun < most) {
    if (running.size >= refusedAbove) {
      controller.trouble(nowMs, 'the server answered 503')
      break
    }
    running.add({ beganMs: nowMs, left: segmentBytes })
    begun++
  }
  return begun
}

function step(running: Set<Transfer>, controller: ConcurrencyController, network: SimulatedNetwork, nowMs: number) {
  const { perConnection, inAll, latencyMs, segmentBytes } = network
  const flowing = [...running].filter(({ beganMs }) => nowMs - beganMs > latencyMs)
  const busy = running.size >= controller.connections * 0.75
  const share = Math.min(perConnection, inAll / Math.max(1, flowing.length)) * STEP_MS
  let all = 0
  let ended = 0
  for (const transfer of flowing) {
    if (transfer.left === segmentBytes) controller.firstByte(nowMs, nowMs - transfer.beganMs)
    const bytes = Math.min(share, transfer.left)
    transfer.left -= bytes
    all += bytes
    controller.received(nowMs, bytes, busy)
    if (transfer.left > 0) continue
    running.delete(transfer)
    controller.segmentDone()
    ended++
  }
  return { bytes: all, ended }
}
