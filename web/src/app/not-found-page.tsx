import { Link } from 'wouter'
import { buttonClass } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { PageTitle } from '../components/page-title.tsx'
import { t } from '../strings/strings.ts'

export function NotFoundPage() {
  return (
    <>
      <PageTitle title={t.notFound.title} hidden />
      <EmptyState title={t.notFound.title} body={t.notFound.body}>
        <Link href="/" className={buttonClass('primary')}>
          {t.notFound.back}
        </Link>
      </EmptyState>
    </>
  )
}
