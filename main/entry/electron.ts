/** The desktop shell's process: Electron starts the built form of this file. */
import { runDesktop } from '../shell/app.ts'

void runDesktop()
