/**
 * Adds up what one platform downloads, from a `pylock.toml` (PEP 751) as uv writes it: the wheel of each package that
 * fits the platform and Python best. An estimate for people and free-space checks; nothing is installed by it.
 */
export function wheelBytes(pylock: string, platform: RegExp, pythonTag: string): number {
  let sum = 0
  for (const block of pylock.split('[[packages]]').slice(1)) {
    const wheels = [...block.matchAll(/url = "[^"]*\/([^"/]+\.whl)"[^}]*?size = (\d+)/g)]
      .map(([, file = '', size]) => ({ file, size: Number(size) }))
      .filter(({ file }) => platform.test(file))
    const rank = ({ file }: { file: string }) =>
      file.includes(`-${pythonTag}-${pythonTag}-`) ? 0 : file.includes('-abi3-') ? 1 : /-py\d/.test(file) ? 2 : 3
    const best = wheels.filter(wheel => rank(wheel) < 3).sort((a, b) => rank(a) - rank(b))[0]
    sum += best?.size ?? 0
  }
  return sum
}
