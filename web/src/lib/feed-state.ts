import { createContext } from 'react'
import type { FeedState } from './feed.ts'

/** How the page learns of changes right now. */
export const FeedStateContext = createContext<FeedState>('connecting')
