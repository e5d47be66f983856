import type { PartFile, PartNote, PartWriter } from '#domain/part-file.ts'
import type { Web, WebAnswer } from '#domain/web.ts'
import type { Connection, Connections } from './connections.ts'
import { type ByteSink, fetchBytes, type FetchTools } from './fetch-bytes.ts'
import type { Resource } from './resource.ts'
import type { FetchPorts } from './fetch-ports.ts'
import type { FileProgress } from './file-progress.ts'
import type { FoundFile } from './probe-file.ts'
import { ReorderWindow } from './reorder-window.ts'
import type { Tasks } from './tasks.ts'

interface PartTools {
  readonly tasks: Tasks
  readonly connections: Connections
  readonly tools: FetchTools
  readonly progress: FileProgress
  readonly log: FetchPorts['log']
}

/** Fetches all parts that are not there, the first ones first. */
export async function fetchParts(url: string, file: PartFile, found: FoundFile, all: PartTools): Promise<void> {
  const { tasks, connections, tools } = all
  const { done } = file
  const window = new ReorderWindow(tools.settings.window)
  let first = found.answer
  for (let number = 0; number < partCount(found.note); number++) {
    if (done.has(number)) continue
    const order = await window.enter(tasks.signal)
    const connection = await connections.take(order)
    const web = first && number === 0 ? withFirst(first, tools.web) : tools.web
    first = null
    tasks.start(async () => {
      try {
        await fetchPart(partOf(url, number, found.note), file.openPart(number), connection, { ...all, web })
      } finally {
        connection.release()
        window.leave(order)
      }
    })
  }
  await tasks.all()
}

async function fetchPart(
  resource: Resource,
  part: PartWriter,
  connection: Connection,
  { connections, tools, progress, log, web }: PartTools & { readonly web: Pick<Web, 'open'> },
): Promise<void> {
  await using writer = part
  let received = 0
  const sink: ByteSink = {
    begin: async () => {
      progress.lost(received)
      received = 0
      await writer.restart()
    },
    write: async (chunk) => {
      received += chunk.byteLength
      await writer.write(chunk)
    },
    end: async () => {},
  }
  await fetchBytes(resource, sink, {
    ...tools,
    ...connections.listener,
    web,
    rest: connection.rest,
    onTrouble: (error, waitMs) => {
      const at = resource.byteRange ? `At byte ${resource.byteRange.offset}: ` : ''
      log({ level: 'warn', text: `${at}${error.message} Again in ${(waitMs / 1000).toFixed(1)} s.` })
      connections.listener.onTrouble(error, waitMs)
    },
  })
  connections.segmentDone()
  await connection.releaseAround(() => writer.commit())
}

/** The answer that is there already is the first one. */
function withFirst(first: WebAnswer, web: Pick<Web, 'open'>): Pick<Web, 'open'> {
  let left: WebAnswer | null = first
  return {
    open: async (request, signal) => {
      const answer = left
      left = null
      return answer ?? web.open(request, signal)
    },
  }
}

function partCount({ byteLength, partBytes, validator }: PartNote): number {
  if (validator === null || byteLength === null) return 1
  return Math.max(1, Math.ceil(byteLength / partBytes))
}

function partOf(url: string, number: number, { byteLength, partBytes, validator }: PartNote): Resource {
  const maxBytes = Number.MAX_SAFE_INTEGER
  if (validator === null || byteLength === null) return { url, byteRange: null, maxBytes }
  const offset = number * partBytes
  return {
    url,
    byteRange: { offset, length: Math.min(partBytes, byteLength - offset) },
    maxBytes: partBytes,
    validator,
  }
}
