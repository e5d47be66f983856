import { defaultOptions } from 'tus-js-client'

export interface InterruptedUpload {
  readonly key: string
  readonly name: string
  readonly byteLength: number
}

/** Uploads that this browser began and never ended, newest first. */
export async function interruptedUploads(): Promise<InterruptedUpload[]> {
  const found = (await defaultOptions.urlStorage?.findAllUploads()) ?? []
  return found
    .sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime))
    .map(({ urlStorageKey, metadata, size }) => ({
      key: urlStorageKey,
      name: metadata.filename ?? '',
      byteLength: size ?? 0,
    }))
}

export async function forgetUpload(key: string): Promise<void> {
  await defaultOptions.urlStorage?.removeUpload(key)
}
