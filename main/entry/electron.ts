/** The desktop shell's process: Electron starts the built form of this file. */
import { app } from 'electron'
import { runDesktop } from '../shell/app.ts'

runDesktop().catch(error => {
  console.error('Slipway could not open its window:', error)
  app.exit(1)
})
