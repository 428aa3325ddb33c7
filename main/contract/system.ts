import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Bytes, Path, Timestamp } from './common.ts'
import { ChangeEvent, Topic } from './events.ts'
import { command, query } from './method.ts'

export const BackupInfo = z.object({
  name: z.string(),
  path: z.string(),
  sizeBytes: Bytes,
  createdAt: Timestamp,
  schemaVersion: z.number().int(),
})
export type BackupInfo = z.output<typeof BackupInfo>

const SampleFile = z.object({ path: z.string().meta({ format: 'path' }), sizeBytes: Bytes })
/** What comes with Slipway, so that the whole way can be gone before anything of one's own is at hand. */
export const Samples = z.object({
  model: SampleFile.meta({ description: 'the folder of a small base model' }),
  train: SampleFile.meta({ description: 'rows to learn from' }),
  heldOut: SampleFile.meta({ description: 'rows of the same kind that no training sees' }),
  parameters: z.record(z.string(), z.unknown()).meta({ description: 'the settings that tune the model on these rows' }),
})
export type Samples = z.output<typeof Samples>

/** What Slipway has to do with other machines. It tells only what is known: null is never a zero. */
export const NetworkState = z.object({
  state: z.enum(['offline', 'open']).meta({
    description: 'offline: SLIPWAY_OFFLINE=hard, no process of Slipway reaches another machine',
  }),
  bytesOut: z.number().int().nullable().meta({
    description:
      'sent to other machines since the backend started, name lookups aside; null when something was not counted, such as a build through a proxy of the user',
  }),
  uses: z
    .array(
      z.object({
        environment: z.string(),
        at: Timestamp,
        isOver: z.boolean(),
        bytesOut: z.number().int().nullable().meta({ description: 'null: not counted' }),
      }),
    )
    .meta({ description: 'the latest builds of environments that asked a package index, newest first' }),
})
export type NetworkState = z.output<typeof NetworkState>

export const system = {
  status: query({
    description: 'What runs here: version, data directory, address, and what is under way',
    policy: 'read',
    route: 'GET /system/status',
    input: z.object({}),
    output: z.object({
      version: z.string(),
      pid: z.number().int(),
      startedAt: Timestamp,
      dataDir: z.string(),
      socket: z.string(),
      address: z.string().optional(),
      logFile: z.string(),
      offline: z.boolean(),
      isInstalled: z.boolean().meta({ description: 'from a package; a checkout is run by npm' }),
      isOnDemand: z.boolean().meta({
        description: 'started by a command for itself: it goes when it is idle, and slipway serve takes its place',
      }),
      network: NetworkState,
      damage: z.string().optional().meta({
        description: 'what the last check found damaged in the database; slipway doctor says what to do',
      }),
      counts: z.object({ waiting: z.number().int(), running: z.number().int() }).meta({ description: 'jobs' }),
    }),
  }),
  launchLink: command({
    description: 'Make a link that opens the workstation in a browser on this machine, once, within a minute',
    policy: 'admin',
    audit: 'system.launchLink',
    route: 'POST /system/launch-link',
    input: z.object({}),
    output: z.object({ url: z.string(), expiresAt: Timestamp }),
  }),
  samples: query({
    description: 'Say where the bundled sample model and its rows lie, and with which settings they are tuned',
    policy: 'read',
    route: 'GET /system/samples',
    input: z.object({}),
    output: Samples,
  }),
  refusedCall: command({
    description: 'Record that the desktop window refused a call of a frame that is not its own page',
    policy: 'admin',
    audit: 'system.refuseCall',
    route: 'POST /system/refused-calls',
    // For the desktop shell alone, over the socket.
    surfaces: ['rpc'],
    input: z.object({
      channel: z.string().max(100).meta({ description: 'the function of the window that was called' }),
      frame: z
        .string()
        .max(300)
        .meta({ description: 'where the frame came from, without what its address carries along' }),
    }),
    output: z.object({ recorded: z.literal(true) }),
  }),
  stop: command({
    description: 'Stop the backend; jobs and deployments go on and are adopted at the next start',
    policy: 'admin',
    audit: 'system.stop',
    route: 'POST /system/stop',
    input: z.object({}),
    output: z.object({ stopping: z.literal(true) }),
  }),
}

export const events = {
  subscribe: query({
    description: 'Follow changes as they happen; resume with the id of the last event seen',
    policy: 'read',
    route: 'GET /events',
    input: z.object({ topics: z.array(Topic).max(20).default([]) }),
    output: eventIterator(ChangeEvent),
  }),
}

export const backup = {
  create: command({
    description: 'Write a verified copy of the database (blobs and registered folders are not copied)',
    policy: 'admin',
    audit: 'backup.create',
    route: 'POST /backups',
    cli: { example: 'slipway backup create' },
    input: z.object({
      path: Path.optional().meta({ description: 'a file to write; default: the backups folder', format: 'path' }),
    }),
    output: BackupInfo,
  }),
  verify: query({
    description: 'Check a backup: integrity, foreign keys, schema version, audit chain',
    policy: 'admin',
    route: 'GET /backups/verify',
    cli: {
      args: ['path'],
      example: 'slipway backup verify slipway-2026-11-24.db',
      passes: { field: 'ok', values: [true] },
    },
    input: z.object({
      path: Path.meta({ description: 'a backup file, or the name of one in the backups folder', format: 'path' }),
    }),
    output: BackupInfo.extend({
      ok: z.boolean(),
      problems: z.array(z.string()),
      tables: z.record(z.string(), z.number().int()),
    }),
  }),
  list: query({
    description: 'List the backups in the backups folder',
    policy: 'admin',
    route: 'GET /backups',
    cli: { example: 'slipway backup list' },
    input: z.object({}),
    output: z.object({ items: z.array(BackupInfo) }),
  }),
}
