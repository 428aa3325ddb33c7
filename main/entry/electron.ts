/** The desktop shell's process: Electron starts the built form of this file. */
import '../platform/network/unless-offline.ts'

import { runDesktop } from '../shell/app.ts'

void runDesktop()
