import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { licences } from '../main/setup/licences-plugin.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react(), licences(here('../package-lock.json'))],
  build: {
    outDir: here('../build/renderer'),
    emptyOutDir: true,
    // The oldest Chromium that the page must run on is that of the desktop tests' Electron.
    target: 'chrome108',
    // The page's policy forbids data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
    // What every page needs comes as one file: by default it is three dozen small ones, which wait for one another.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'workstation', tags: ['$initial'] }] } } },
  },
})
