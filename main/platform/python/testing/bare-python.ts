import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Loaded whenever this Python starts, also with -I: it says what Debian's says before python3-venv and python3-pip are installed.
const hide = `
import sys, sysconfig
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("venv", "ensurepip", "pip"):
            raise ModuleNotFoundError(f"No module named {name.split('.')[0]!r}")
sys.meta_path.insert(0, Missing())
sysconfig.get_config_vars()["WHEEL_PKG_DIR"] = None
`

/** A real Python in `folder` that has neither venv nor ensurepip nor pip, as on a fresh Debian. Answers its interpreter. */
export function makeBarePython(folder: string): string {
  execFileSync('python3', ['-m', 'venv', '--without-pip', folder])
  const lib = join(folder, 'lib')
  const [version = ''] = readdirSync(lib)
  const packages = join(lib, version, 'site-packages')
  writeFileSync(join(packages, 'bare_python.py'), hide)
  writeFileSync(join(packages, 'bare_python.pth'), 'import bare_python\n')
  return join(folder, 'bin', 'python')
}
