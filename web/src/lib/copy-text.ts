import { t } from '../strings/strings.ts'
import { toast } from './toasts.ts'

/** Puts a text on the clipboard and says so. Pages on plain http away from localhost have no clipboard API. */
export async function copyText(text: string, said: string = t.common.copied): Promise<void> {
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (done || copyBySelection(text)) toast(said, { tone: 'good' })
  else toast(t.common.copyFailed, { tone: 'bad' })
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'sr-only'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
