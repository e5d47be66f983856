import { expect, it } from 'vitest'
import { MediaDamagedError, RemoteUnreachableError } from '#domain/errors.ts'
import type { VideoId } from '#domain/ids.ts'
import { whileWanted } from './while-wanted.ts'

const VIDEO = 'testvideo0000001' as VideoId
const WHY = new MediaDamagedError('Nothing of the stream can be read.')
const never = new AbortController().signal

/** Ends as a download does: with the reason of the signal, or one that follows from it. */
const endless = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new RemoteUnreachableError('The connection was closed.')))
  })

it('fetches to the end while nobody refuses, also when looking fails at times', async () => {
  let looks = 0
  const refusal = async () => {
    if (++looks === 1) throw new Error('The database is busy.')
    return null
  }
  const fetch = async () => {
    while (looks < 3) await new Promise((resolve) => setTimeout(resolve, 2))
    return 7
  }
  expect(await whileWanted(VIDEO, fetch, { refusal }, never, 1)).toBe(7)
})

it('ends the fetching, with the reason, when the video has failed meanwhile', async () => {
  let looks = 0
  const refusal = async () => (++looks < 3 ? null : WHY)
  await expect(whileWanted(VIDEO, endless, { refusal }, never, 1)).rejects.toBe(WHY)
})

it('says the reason where its consequences show first', async () => {
  const fetch = () => Promise.reject(new Error('ENOENT'))
  await expect(whileWanted(VIDEO, fetch, { refusal: async () => WHY }, never, 10_000)).rejects.toBe(WHY)
  await expect(whileWanted(VIDEO, fetch, { refusal: async () => null }, never, 10_000)).rejects.toThrow('ENOENT')
})

it('is not asked when somebody stops the download', async () => {
  const stopping = new AbortController()
  const asked = whileWanted(VIDEO, endless, { refusal: async () => WHY }, stopping.signal, 10_000)
  stopping.abort()
  await expect(asked).rejects.toThrow('The connection was closed.')
})
