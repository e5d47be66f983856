import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { ErrorBoundary } from '../components/error-boundary.tsx'
import { Toaster } from '../components/toaster.tsx'
import { sendPendingRemovals } from '../lib/pending-removals.ts'
import { FeedProvider } from './feed-provider.tsx'
import { Pages } from './pages.tsx'
import { Shell } from './shell.tsx'

const client = new QueryClient({
  defaultOptions: {
    // The feed tells what changes; what is loaded stays good until it does.
    queries: { staleTime: 60_000, gcTime: 300_000, retry: 1, refetchOnWindowFocus: false },
  },
})

/** The dashboard. */
export function App() {
  const [location] = useLocation()
  useEffect(() => {
    addEventListener('pagehide', sendPendingRemovals)
    return () => removeEventListener('pagehide', sendPendingRemovals)
  }, [])
  return (
    <QueryClientProvider client={client}>
      <FeedProvider>
        <Shell>
          <ErrorBoundary key={location}>
            <Pages />
          </ErrorBoundary>
        </Shell>
        <Toaster />
      </FeedProvider>
    </QueryClientProvider>
  )
}
