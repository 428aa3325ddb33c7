// What `npm start` takes. Read before anything is installed or opened: a slip of the keyboard must not cost a set-up.

const withValue = ['--port', '--host', '--data-dir']
// The last two are the backend's own, for programs that start it this way.
const known = ['--browser', '--no-open', '--no-sandbox', ...withValue, '--idle-exit-ms', '--on-demand']

export const startHelp = `Starts Slipway: in a window, or in a browser where there can be no window.

  npm start -- [--flags] [FILE…] [-- SWITCH…]

  --browser       in a browser, not in a window
  --no-open       the same, and print the address instead of opening it
  --port N        the same, on this port of the loopback address
  --host H        with --port: another loopback address
  --data-dir DIR  where models, datasets and runs are kept
  --no-sandbox    open the window without Electron's sandbox, as root has to
  FILE            what the window offers to import
  SWITCH          a switch of Chromium for the window, such as --force-device-scale-factor=1.5

Example:
  npm start -- --port 7878 --no-open
`

/**
 * The words for the backend and the window, and those for Chromium, which come after a bare `--`.
 * @param {readonly string[]} args
 * @returns {{ words: readonly string[], switches: readonly string[] }}
 */
export function splitStart(args) {
  const at = args.indexOf('--')
  return at < 0 ? { words: args, switches: [] } : { words: args.slice(0, at), switches: args.slice(at + 1) }
}

/** @param {readonly string[]} args */
export const wantsHelp = args => splitStart(args).words.some(word => word === '--help' || word === '-h')

/**
 * The first flag that nothing here knows.
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function unknownFlag(args) {
  const { words } = splitStart(args)
  return words.find((word, n) => {
    const isValue = withValue.includes(words[n - 1] ?? '')
    return word.startsWith('-') && !isValue && !known.includes(word.split('=')[0] ?? '')
  })
}
