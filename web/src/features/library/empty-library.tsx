import { useMutation } from '@tanstack/react-query'
import { Clapperboard, CloudUpload } from 'lucide-react'
import { useLocation } from 'wouter'
import { Logo } from '../../components/logo.tsx'
import { PageTitle } from '../../components/page-title.tsx'
import { ProblemCard } from '../../components/problem-card.tsx'
import { api } from '../../lib/api.ts'
import { toast } from '../../lib/toasts.ts'
import { t } from '../../strings/strings.ts'
import { BigAction, BigFileAction } from './big-action.tsx'

/** Nothing yet: two ways to begin. */
export function EmptyLibrary({ onFiles }: { readonly onFiles: (files: File[]) => void }) {
  const [, navigate] = useLocation()
  const demo = useMutation({
    mutationFn: api.makeDemo,
    onSuccess: ({ videoId }) => {
      toast(t.library.empty.demoStarted, { tone: 'good' })
      navigate(`/video/${videoId}`)
    },
  })
  const take = (files: File[]) => {
    onFiles(files)
    navigate('/upload')
  }
  return (
    <div className="mx-auto grid max-w-3xl justify-items-center gap-6 pt-[min(12vh,7rem)] text-center">
      <PageTitle title={t.library.title} hidden />
      <Logo className="size-20 text-accent" />
      <div className="grid gap-2">
        <h2 className="text-3xl">{t.library.empty.title}</h2>
        <p className="max-w-xl text-balance text-muted">{t.library.empty.body}</p>
      </div>
      <div className="grid w-full gap-4 text-left md:grid-cols-2">
        <BigFileAction
          Icon={CloudUpload}
          title={t.library.empty.drop}
          body={t.library.empty.choose}
          onFiles={take}
          isMain
        />
        <BigAction
          Icon={Clapperboard}
          title={t.library.empty.demo}
          body={t.library.empty.demoBody}
          disabled={demo.isPending}
          onClick={() => demo.mutate()}
        />
      </div>
      {demo.error ? (
        <div className="w-full text-left">
          <ProblemCard error={demo.error} onRetry={() => demo.mutate()} />
        </div>
      ) : null}
    </div>
  )
}
