import { PageTitle } from '../../components/page-title.tsx'
import { t } from '../../strings/strings.ts'
import { DownloadsSection } from './downloads-section.tsx'
import { HandingIn } from './handing-in.tsx'
import { OrderForm } from './order-form.tsx'

/** From an address to a video: what is there, how to fetch it, and how far all of them are. */
export function DownloadsPage() {
  return (
    <div className="mx-auto grid max-w-4xl grid-cols-1 gap-6">
      <PageTitle title={t.downloads.title} />
      <OrderForm />
      <HandingIn />
      <DownloadsSection />
    </div>
  )
}
