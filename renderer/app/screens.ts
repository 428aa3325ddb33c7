import { type ComponentType, lazy } from 'react'
import type { Scope } from '../../main/contract/method.ts'
import * as home from '../features/home/Screen.tsx'
import { routeNow } from '../lib/route.ts'
import type { PageName } from './navigation.ts'

type Screen = { readonly Screen: ComponentType }

/**
 * Where each page's code is: fetched when it is first opened, or ahead of that while the window is idle. Only the first
 * page of all is there from the start.
 */
const modules: Record<PageName, () => Promise<Screen>> = {
  home: async () => home,
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

const loaded = new Map<PageName, ComponentType>()

async function load(page: PageName): Promise<ComponentType> {
  const { Screen } = await modules[page]()
  loaded.set(page, Screen)
  return Screen
}

/**
 * The screen of a page, which reads the rest of the address by itself: `models/llama@2`, `training/new`. One whose code is
 * here is drawn at once: React would keep the bones of one that it waits for on the screen for 300 ms at least. Any other
 * is asked for anew at each call: what could not be read is not remembered.
 */
export const screenOf = (page: PageName): ComponentType =>
  loaded.get(page) ?? lazy(async () => ({ default: await load(page) }))

/** Fetches the code of the page that the window opens on. Where it can't be had now, the page asks again and says why. */
export async function fetchOpenPage(): Promise<void> {
  const [name] = routeNow().path
  if (isPage(name)) await load(name).catch(() => undefined)
}

/**
 * Reads the other screens while nothing else happens, so that no later page begins with waiting for its code. One that
 * cannot be read now says why when it is opened.
 */
export const readAhead = (): void => {
  for (const page of Object.keys(modules)) load(page as PageName).catch(() => undefined)
}
