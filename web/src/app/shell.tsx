import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { uploads } from '../features/upload/uploads.ts'
import { useFileDrop } from '../lib/file-drop.ts'
import { BottomBar } from './bottom-bar.tsx'
import { DropOverlay } from './drop-overlay.tsx'
import { Rail } from './rail.tsx'
import { StatusStrip } from './status-strip.tsx'
import { t } from '../strings/strings.ts'

/** What stands around every page. Files may be dropped anywhere. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location, navigate] = useLocation()
  const isOver = useFileDrop((files) => {
    uploads.add(files)
    if (location !== '/upload') navigate('/upload')
  })
  return (
    <>
      <a
        href="#main"
        className="fixed top-2 left-2 z-70 -translate-y-16 rounded-lg bg-accent px-4 py-2 font-medium text-on-accent focus:translate-y-0"
      >
        {t.skip}
      </a>
      <div className="flex min-h-dvh">
        <Rail />
        <div className="flex min-w-0 flex-1 flex-col">
          <StatusStrip />
          <main id="main" tabIndex={-1} className="flex-1 px-4 pt-5 pb-24 outline-none md:px-8 md:pb-12">
            {children}
          </main>
        </div>
      </div>
      <BottomBar />
      {isOver && <DropOverlay />}
    </>
  )
}
