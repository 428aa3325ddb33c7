/** The only place where a colour, a size or a duration is written down. CSS reads them as --name, antd through theme.ts. */
export type ThemeName = 'dark' | 'light'

export const colour = {
  dark: {
    frame: '#101518',
    canvas: '#161c1f',
    panel: '#1c2326',
    raise: '#232a2e',
    hover: '#20272b',
    sel: '#173548',
    line: '#2b3338',
    line2: '#3b454b',
    ctl: '#6f7b82',
    track: '#2b3338',
    t1: '#e6eaed',
    t2: '#b6bfc4',
    t3: '#99a3a9',
    onAcc: '#ffffff',
    acc: '#5bbeed',
    fill: '#2877b1',
    fillHover: '#2b7bb7',
    fillDown: '#226a9e',
    accBg: '#173548',
    ok: '#68cd8f',
    okBg: '#193124',
    warn: '#f0bb52',
    warnBg: '#3a2b11',
    err: '#f67972',
    errBg: '#44211e',
    errFill: '#c23b37',
    lead: '#f3743f',
    scrim: 'rgba(6,10,12,.62)',
    shadow: '0 12px 32px rgba(0,0,0,.48),0 2px 6px rgba(0,0,0,.36)',
    s1: '#478ac8',
    s2: '#f3bc61',
    s3: '#30d9bf',
    s4: '#c3567d',
    s5: '#9a8603',
    s6: '#aea6f8',
    s7: '#d98883',
    s0: '#7e8a91',
    synKw: '#d3a6e8',
    synStr: '#9fd3a8',
    synNum: '#f0bb8a',
    synFn: '#7fc4ee',
    synCom: '#8a959b',
  },
  light: {
    frame: '#e9eef0',
    canvas: '#f8fafc',
    panel: '#ffffff',
    raise: '#f0f4f6',
    hover: '#eef2f4',
    sel: '#d7ebfa',
    line: '#d9dfe2',
    line2: '#c4ccd0',
    ctl: '#7d888e',
    track: '#dde3e6',
    t1: '#172126',
    t2: '#465258',
    t3: '#5b676e',
    onAcc: '#ffffff',
    acc: '#12659f',
    fill: '#12659f',
    fillHover: '#0f5a8f',
    fillDown: '#0c4d7b',
    accBg: '#e3f0fa',
    ok: '#1a763f',
    okBg: '#ddf6e4',
    warn: '#8a5706',
    warnBg: '#fdefd2',
    err: '#ba2b28',
    errBg: '#ffe8e6',
    errFill: '#ba2b28',
    lead: '#c43f0d',
    scrim: 'rgba(23,33,38,.36)',
    shadow: '0 12px 32px rgba(23,33,38,.18),0 2px 6px rgba(23,33,38,.10)',
    s1: '#2f6bab',
    s2: '#ad7c22',
    s3: '#039c8a',
    s4: '#7a165a',
    s5: '#544700',
    s6: '#373b98',
    s7: '#924f56',
    s0: '#6c777d',
    synKw: '#7d3a9c',
    synStr: '#1f6f3a',
    synNum: '#95490c',
    synFn: '#12659f',
    synCom: '#5b676e',
  },
} as const

export const size = {
  rail: 196,
  railSmall: 48,
  top: 44,
  status: 26,
  head: 48,
  tabs: 34,
  row: 32,
  rowHead: 28,
  control: 28,
  controlSmall: 24,
  r1: 2,
  r2: 4,
  r3: 6,
  facets: 216,
  inspector: 560,
} as const

export const motion = { fast: '90ms', mid: '150ms', ease: 'cubic-bezier(.2,0,0,1)' } as const

export const font = {
  ui: `"IBM Plex Sans Variable", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei UI", "Microsoft YaHei", system-ui, sans-serif`,
  mono: `"JetBrains Mono Variable", "Noto Sans Mono CJK SC", "Sarasa Mono SC", "Cascadia Mono", Consolas, monospace`,
} as const

export const series = ['s1', 's2', 's3', 's4', 's5', 's6', 's7'] as const
/** A series is a colour and a dash, so two curves differ in print and to every eye. */
export const dash: number[][] = [[], [7, 3], [2, 3], [10, 3, 2, 3], [5, 2], [1, 2], [12, 4]]

const kebab = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

/** Every token as a CSS variable: `['--t1', '#e6eaed']`. */
export function cssVariables(name: ThemeName): [string, string][] {
  return [
    ...Object.entries(colour[name]).map(([key, value]): [string, string] => [`--${kebab(key)}`, value]),
    ...Object.entries(size).map(([key, value]): [string, string] => [`--${kebab(key)}`, `${value}px`]),
    ['--fast', motion.fast],
    ['--mid', motion.mid],
    ['--ease', motion.ease],
    ['--ui', font.ui],
    ['--mono', font.mono],
    ['color-scheme', name],
  ]
}

/** A series' token; `s0` is "other". */
export type SeriesColour = (typeof series)[number] | 's0'
