import { Notification } from 'electron'
import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import type { WatchedJob } from './job-watch.ts'
import { endLine, jobNameIn, saidIn, wordsIn } from './strings.ts'

type Deps = {
  readonly language: () => DesktopLanguage
  readonly isWatched: () => boolean
  readonly open: () => void
}

/** Native notifications. None while the window has the focus: there the page tells. */
export function createNotices({ language, isWatched, open }: Deps) {
  // Kept until they are gone: a notification that nobody holds loses its click.
  const shown = new Set<Notification>()
  const notify = (title: string, body: string) => {
    if (!Notification.isSupported() || isWatched()) return
    const notice = new Notification({ title, body })
    shown.add(notice)
    notice.on('click', open)
    notice.on('close', () => shown.delete(notice))
    notice.show()
  }
  return {
    jobEnded: ({ kind, name, state, failure }: WatchedJob) => {
      // Whoever cancelled it knows; a check in the background that found nothing is no news.
      if (state === 'cancelled' || (kind === 'verification' && state === 'done')) return
      const called = jobNameIn(language(), { kind, name })
      const body = failure ? `${called}\n${saidIn(language())(failure.message)}` : called
      notify(endLine(language(), kind, state), body)
    },
    goesOn: () => notify(wordsIn(language())('goesOnTitle'), wordsIn(language())('goesOnBody')),
  }
}
