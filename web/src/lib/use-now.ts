import { useEffect, useState } from 'react'

/** The time, told anew each second while somebody counts. */
export function useNow(isCounting: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (!isCounting) return
    const tell = () => setNowMs(Date.now())
    const first = setTimeout(tell)
    const timer = setInterval(tell, 1000)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isCounting])
  return nowMs
}
