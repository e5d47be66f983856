import { type Fault, faultOfBody } from '../../lib/problem-error.ts'
import { t } from '../../strings/strings.ts'

/** Why the server does not give what stands there, in its own words; null when by now it does. */
export async function whyNotGiven(address: string): Promise<Fault | null> {
  const leaving = new AbortController()
  try {
    const response = await fetch(address, { signal: leaving.signal, headers: { accept: 'application/json' } })
    return response.ok ? null : faultOfBody(response.status, await response.text())
  } catch {
    return { code: 'no-answer', ...t.faults.offline }
  } finally {
    // Of what is given nothing is wanted here.
    leaving.abort()
  }
}
