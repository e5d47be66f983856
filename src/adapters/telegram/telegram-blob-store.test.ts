import { testBlobStore } from '#test/contracts/blob-store.ts'
import { storeInTelegram } from './store.test-support.ts'

testBlobStore('telegram (emulated)', async ({ maxBytes }) => storeInTelegram({ maxBytes }))
