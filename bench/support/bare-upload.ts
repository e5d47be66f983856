import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import type { EmulatorProcess } from './telegram-emulator.ts'

/**
 * Seconds in which curl brings files of these sizes to Telegram, all at once, the bots in turns: what this computer and the
 * emulator on it take when nothing is cut, hashed or sealed. For so few that no bot has to wait for its next message.
 */
export async function bareUploadSec({ root, tokens, chatIds }: EmulatorProcess, sizes: readonly number[]) {
  const folder = await mkdtemp(join(tmpdir(), 'bare-upload-'))
  try {
    const bytes = randomBytes(Math.max(...sizes))
    const fileOf = (size: number) => join(folder, `${size}.bin`)
    for (const size of new Set(sizes)) await writeFile(fileOf(size), bytes.subarray(0, size))
    const startMs = performance.now()
    await Promise.all(
      sizes.map((size, index) => {
        const [token, chatId] = [tokens[index % tokens.length], chatIds[index % chatIds.length]]
        const fields = ['-F', `chat_id=${chatId}`, '-F', `document=@${fileOf(size)};type=application/octet-stream`]
        return run('curl', ['-sSf', '-o', '/dev/null', ...fields, `${root}/bot${token}/sendDocument`])
      }),
    )
    return (performance.now() - startMs) / 1000
  } finally {
    await rm(folder, { recursive: true })
  }
}
