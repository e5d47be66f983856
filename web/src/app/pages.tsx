import { lazy } from 'react'
import { Route, Switch } from 'wouter'
import { DashboardPage } from '../features/dashboard/dashboard-page.tsx'
import { DownloadsPage } from '../features/downloads/downloads-page.tsx'
import { LibraryPage } from '../features/library/library-page.tsx'
import { UploadPage } from '../features/upload/upload-page.tsx'
import { uploads } from '../features/upload/uploads.ts'
import { VideoPage } from '../features/video/video-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'

/** hls.js and the player come only when a video is opened. */
const Player = lazy(async () => ({ default: (await import('../features/player/player.tsx')).Player }))

/** Which page stands at which address. */
export function Pages() {
  return (
    <Switch>
      <Route path="/">
        <LibraryPage onFiles={(files) => uploads.add(files)} />
      </Route>
      <Route path="/upload">
        <UploadPage />
      </Route>
      <Route path="/downloads">
        <DownloadsPage />
      </Route>
      <Route path="/dashboard">
        <DashboardPage />
      </Route>
      <Route path="/video/:id">{({ id }) => <VideoPage key={id} id={id} Player={Player} />}</Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  )
}
