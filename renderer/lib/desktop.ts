import type { SlipwayDesktop } from '../../preload/desktop-api.ts'

/** What only the desktop window can do, such as native dialogs; absent in a browser. */
export const desktop: SlipwayDesktop | undefined = (globalThis as { slipwayDesktop?: SlipwayDesktop }).slipwayDesktop
