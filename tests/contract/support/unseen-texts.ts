/** Words in the backend's source that no screen shows, each with the reason. All others need a Chinese form. */

type Unseen = readonly [where: RegExp, why: string]

/** By file, below main/. */
export const unseenFiles: readonly Unseen[] = [
  [/^contract\/words\//, 'these are the translations'],
  [/^contract\/training-parameter-table\.ts$/, 'titles, help and names of other tools, in both languages already'],
  [/(^|\/)[\w-]*(repo|migrations)\.ts$/, 'SQL alone'],
  [/^platform\/db\/audit-chain\.ts$/, 'SQL alone'],
  [/(^|\/)([\w-]*metrics|exposition)\.ts$|^platform\/metrics\//, 'help of the figures that Prometheus reads'],
  [/^domains\/evaluation\/report\/(outline|render-)/, 'the report is a document of its own, in English for everybody'],
  [/^platform\/gpu\/nvml-library\.ts$/, 'declarations of C'],
  [/^platform\/python\/testing\//, 'for tests'],
  [/^surfaces\/cli\//, 'the command line alone'],
  [/^surfaces\/rpc\/client\.ts$/, 'the command line’s way to a backend'],
  [/(^|\/)run_log\.py$/, 'the log of a run is a record, in English for everybody, as its libraries write theirs'],
  [/^setup\//, 'set-up in a terminal, before there is a screen'],
  [/^platform\/python\/lock\.ts$/, 'what lock-environments.ts says in a terminal and writes into a lock'],
  [/^entry\/(cli|electron-releases|generate|lock-environments|package|tour)\.ts$/, 'programs of the terminal'],
  [/^shell\/(strings|failure-page)\.ts$/, 'the shell’s own words, in both languages already'],
]

const texts: readonly (readonly [texts: readonly string[], why: string])[] = [
  [['Slipway worker wire'], 'the title of a JSON Schema'],
  [[' and ', ' or '], 'between the items of a list, where the translator knows them'],
  [[', tools'], 'columns of a query'],
  [['SET preserve_insertion_order = false'], 'SQL'],
  [
    ['{0} --backend …', 'chmod 700 "{0}"', 'slipway serve [--port N] [--host H]'],
    'commands, the same in each language',
  ],
  [
    [
      'Pattern match',
      'Exact match',
      'Edit distance',
      'Edit similarity',
      'JSON equality',
      'pairs of words',
      'the longest common subsequence',
    ],
    'of a metric’s title or description, which has its Chinese beside it',
  ],
  [['---\nlicense: {0}\n---\n\n'], 'the head of a model card'],
  [['version https://git-lfs.github.com/spec/'], 'what a pointer file begins with'],
  [
    [
      'No configuration was given.',
      'usage: llama-engine.ts CONFIG.json',
      'usage: python -m slipway_worker.<module> CONFIG.json',
    ],
    'a child that is started by hand',
  ],
  [
    [
      'these processes cannot be killed, perhaps a driver holds them: {0}',
      'a command was dropped: the child does not read them',
      'using {0} bytes of memory, more than its limit of {1}',
      'a process that is no longer part of this job still holds its output open',
      'killing its whole process tree',
      'it did not end when it was asked to: sending SIGTERM',
      'not a command: {0}',
    ],
    'lines of a job’s log, which is English like all that its programs print',
  ],
  [['handed over', 'window open'], 'log of the shell'],
  [['unneeded bytes'], 'log of the backend'],
  [['ends it', 'tells it'], 'of a closed set: how a question is cancelled'],
  [['no adapter', 'the default again', 'the model’s own again'], 'help of the command line and of the API'],
  [['data directory'], 'the subject of an audit record, where it stands as a name'],
  [['data: {0}\n\n'], 'server-sent events'],
  [
    ['HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n', '; or ', 'runner gone'],
    'of the wire',
  ],
  [
    [
      'The quick brown fox jumps over the lazy dog.',
      "It's what we've said; I'LL SAY IT'S SO.",
      'In 2026: 7 + 38 = 45, 1234567 and 3.14159',
      'Two  spaces,   three,\ttabs\n\nand\n breaks \n',
      'Straße, café, naïve, Ærøskøbing, Łódź',
      'Привет, мир! Γειά σου Κόσμε',
    ],
    'texts that a converted tokenizer is tried with',
  ],
]

/** By the words themselves. */
export const unseenTexts: ReadonlyMap<string, string> = new Map(
  texts.flatMap(([same, why]) => same.map(text => [text, why] as const)),
)
