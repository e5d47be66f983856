/** `npm run telegram-emulator`: a Telegram of one's own, to try the Telegram mode without an account. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup/root.mjs'
import { newNode, stopWithNpm } from './setup/run.mjs'

stopWithNpm()
const program = join(root, 'test', 'support', 'telegram', 'main.ts')
const child = spawn(newNode(), [program, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('close', (code) => {
  process.exitCode = code ?? 1
  process.exit()
})
