import '../lib/array-by-copy.ts'
import '@fontsource-variable/ibm-plex-sans/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '../ui/styles/base.css'
import '../ui/styles/page.css'
import './frame.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followBackendWords } from '../lib/backend-words.ts'
import { queries } from '../lib/client.ts'
import { adoptStyleElements } from '../lib/csp-nonce.ts'
import { followChanges } from '../lib/events.ts'
import { followResources } from '../lib/live-resources.ts'
import { noteEndedJobs } from './notifications.ts'
import { fetchOpenPage } from './screens.ts'
import { Theme } from './Theme.tsx'
import { Workstation } from './Workstation.tsx'

adoptStyleElements()
const { signal } = new AbortController()
void followChanges(signal)
void followResources(signal)
noteEndedJobs()
void draw()

async function draw(): Promise<void> {
  // Before the first screen, so that none changes its words under a reader's eyes, and no empty page stands before it. Not
  // awaited by the module itself: the code of a page imports from this one, and would wait for its end.
  await Promise.all([followBackendWords(), fetchOpenPage()])
  const root = document.getElementById('root')
  if (!root) return
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Theme>
          <Workstation />
        </Theme>
      </QueryClientProvider>
    </StrictMode>,
  )
}
