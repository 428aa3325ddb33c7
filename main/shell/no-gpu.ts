import { app } from 'electron'

/**
 * The workstation draws tables and lines, and the GPUs are for its user's work: not one byte of them is taken, and no
 * graphics driver is even loaded. To be called before Electron is ready.
 */
export function keepOffGpus(): void {
  app.disableHardwareAcceleration()
  app.commandLine.appendSwitch('disable-gpu')
  // Not drawn by the CPU in the driver's stead either: no page of ours uses WebGL.
  app.commandLine.appendSwitch('disable-software-rasterizer')
  // GTK looks for OpenGL by itself when it opens the display, and would load the driver for it.
  process.env.GDK_GL = 'disable'
}
