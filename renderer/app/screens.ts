import { type ComponentType, lazy } from 'react'
import type { Scope } from '../../main/contract/method.ts'
import type { PageName } from './navigation.ts'

type Screen = { readonly Screen: ComponentType }

/** Where each page's code is: fetched when it is first opened, or ahead of that while the window is idle. */
const modules: Record<PageName, () => Promise<Screen>> = {
  home: () => import('../features/home/Screen.tsx'),
  models: () => import('../features/models/Screen.tsx'),
  datasets: () => import('../features/datasets/Screen.tsx'),
  training: () => import('../features/training/Screen.tsx'),
  evaluations: () => import('../features/evaluation/Screen.tsx'),
  playground: () => import('../features/playground/Screen.tsx'),
  deployments: () => import('../features/inference/Screen.tsx'),
  resources: () => import('../features/resources/Screen.tsx'),
  environments: () => import('../features/environments/Screen.tsx'),
  jobs: () => import('../features/jobs/Screen.tsx'),
  keys: () => import('../features/identity/Screen.tsx'),
  audit: () => import('../features/audit/Screen.tsx'),
  settings: () => import('../features/settings/Screen.tsx'),
}

export const isPage = (name: string | undefined): name is PageName => name !== undefined && Object.hasOwn(modules, name)

/** What a whole page demands, where it is more than reading: nothing of it is asked of the backend without. */
export const pageNeeds: Partial<Record<PageName, Scope>> = { keys: 'admin', audit: 'admin' }

/** Each screen reads the rest of the address by itself: `models/llama@2`, `training/new`. */
export const screens = Object.fromEntries(
  Object.entries(modules).map(([name, load]) => [name, lazy(async () => ({ default: (await load()).Screen }))]),
) as unknown as Record<PageName, ComponentType>

/** Reads the other screens while nothing else happens, so that no later page begins with waiting for its code. */
export const readAhead = (): void => {
  for (const load of Object.values(modules)) void load()
}
