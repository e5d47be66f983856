import { type Fault, faultOfBody } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** From the beginning, and the end alone: an answer that has begun can say no more why it breaks off. */
const WAYS: readonly Readonly<Record<string, string>>[] = [{}, { range: 'bytes=-1' }]

/** Why the server does not give what stands there, in its own words; null when by now it does. */
export async function whyNotGiven(address: string): Promise<Fault | null> {
  const leaving = new AbortController()
  try {
    for (const way of WAYS) {
      const headers = { accept: 'application/json', ...way }
      const response = await fetch(address, { signal: leaving.signal, headers })
      if (!response.ok) return faultOfBody(response.status, await response.text())
    }
    return null
  } catch {
    return { code: 'no-answer', ...t.faults.offline }
  } finally {
    // Of what is given nothing is wanted here.
    leaving.abort()
  }
}
