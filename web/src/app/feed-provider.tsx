import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { applyMessage } from '../lib/apply-message.ts'
import { Feed } from '../lib/feed.ts'
import { useStored } from '../lib/external-store.ts'
import { FeedStateContext } from '../lib/feed-state.ts'

const POLL_MS = 5000

/** Keeps everything below up to date: by the live feed, or by asking when that is lost. */
export function FeedProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [feed] = useState(() => new Feed((message) => applyMessage(client, message)))
  const state = useStored(feed.state)
  useEffect(() => feed.start(), [feed])
  useEffect(() => {
    if (state !== 'polling') return
    const ask = () => void client.invalidateQueries()
    ask()
    const timer = setInterval(ask, POLL_MS)
    return () => clearInterval(timer)
  }, [client, state])
  return <FeedStateContext value={state}>{children}</FeedStateContext>
}
