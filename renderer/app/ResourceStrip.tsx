import { useQuery } from '@tanstack/react-query'
import type { Device } from '../../main/contract/resources.ts'
import { api } from '../lib/client.ts'
import { bytes, deviceName, gib, memory, number } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { useLiveSample } from '../lib/live-resources.ts'
import { facts, named } from '../lib/marks.ts'
import { hrefTo } from '../lib/route.ts'
import { useWidth } from '../lib/width.ts'
import { LoadBar } from '../ui/LoadBar.tsx'
import { Meter } from '../ui/Meter.tsx'
import { NetworkEntry } from './NetworkEntry.tsx'

const phrases = dictionary({
  ram: ['RAM', '内存'],
  disk: ['Disk', '磁盘'],
  machine: ['This machine', '本机'],
  diskFree: [(free: string) => `${free} free`, (free: string) => `余 ${free}`],
  held: [
    (ours: string, others: string, free: string) => `ours ${ours}, other processes ${others}, free ${free}`,
    (ours: string, others: string, free: string) => `本程序 ${ours}，其他进程 ${others}，空闲 ${free}`,
  ],
  temperature: [(celsius: string) => `${celsius} °C`, (celsius: string) => `${celsius} °C`],
})

const narrowestForDisk = 1_080

/**
 * How many GPUs fit, and whether their meters have to be short: only what is used, and the rest in the tooltip. The
 * figures are the widths of the frame in pixels at which the strip still ends inside it, in both languages.
 */
export function gpuMeters(widthPx: number, gpus: number): { readonly most: number; readonly isShort: boolean } {
  const whole = widthPx >= 1_500 ? 4 : widthPx >= 1_360 ? 3 : widthPx >= 980 ? 2 : 0
  if (gpus <= whole) return { most: whole, isShort: false }
  return { most: widthPx >= 1_360 ? 5 : widthPx >= 980 ? 3 : widthPx >= 800 ? 2 : 1, isShort: true }
}

/** The machine at a glance, on every page: each GPU, processor, memory, disk, and whether anything can leave. */
export function ResourceStrip() {
  const text = useText(phrases)
  const width = useWidth()
  const machine = useQuery(api.resources.show.queryOptions({ input: {} })).data
  const status = useQuery(api.system.status.queryOptions({ input: {} })).data
  const sample = useLiveSample(live => live.sample)
  if (!machine) return <div className="strip" aria-busy />
  const gpus = machine.devices.filter(device => device.kind === 'gpu' && device.partOf === undefined)
  const { most, isShort } = gpuMeters(width, gpus.length)
  const cpuPercent = sample?.cpuPercent ?? machine.cpu.utilizationPercent
  const usedBytes = sample?.memoryUsedBytes ?? machine.memory.totalBytes - machine.memory.availableBytes
  const ours = machine.devices.find(device => device.kind === 'cpu')?.oursBytes ?? 0
  const { freeBytes, totalBytes } = machine.disk
  return (
    <div className="strip">
      <a className="strip-machine" href={hrefTo('resources')} title={text.machine}>
        {gpus.slice(0, most).map(device => (
          <GpuMeter key={device.id} device={device} isShort={isShort} />
        ))}
        <Meter widthPx={64} name="CPU" value={`${number(cpuPercent)}%`}>
          <LoadBar
            heightPx={5}
            limit={100}
            hasMark={false}
            segments={[{ key: 'used', value: cpuPercent }]}
            label={`CPU ${number(cpuPercent)}%`}
          />
        </Meter>
        <Meter
          widthPx={122}
          name={text.ram}
          value={gib(usedBytes)}
          side={`/ ${gib(machine.memory.totalBytes)} GiB`}
          title={text.held(
            memory(ours),
            memory(Math.max(0, usedBytes - ours)),
            memory(machine.memory.totalBytes - usedBytes),
          )}
        >
          <LoadBar
            heightPx={5}
            limit={machine.memory.totalBytes}
            segments={[
              { key: 'ours', value: Math.min(ours, usedBytes) },
              { key: 'others', value: Math.max(0, usedBytes - ours), kind: 'foreign' },
            ]}
            label={`${text.ram} ${memory(usedBytes)} / ${memory(machine.memory.totalBytes)}`}
          />
        </Meter>
        {width >= narrowestForDisk && (
          <Meter
            widthPx={104}
            name={text.disk}
            value=""
            side={text.diskFree(bytes(freeBytes))}
            title={machine.disk.path}
          >
            <LoadBar
              heightPx={5}
              limit={totalBytes}
              segments={[{ key: 'used', value: totalBytes - freeBytes, kind: 'foreign' }]}
              label={named(text.disk, text.diskFree(bytes(freeBytes)))}
            />
          </Meter>
        )}
      </a>
      {status && <NetworkEntry network={status.network} />}
    </div>
  )
}

function GpuMeter({ device, isShort }: { readonly device: Device; readonly isShort: boolean }) {
  const text = useText(phrases)
  const live = useLiveSample(({ sample }) => sample?.devices.find(({ id }) => id === device.id))
  const usedBytes = live?.usedBytes ?? device.usedBytes
  const utilization = live?.utilizationPercent ?? device.utilizationPercent
  const ours = device.oursBytes ?? 0
  const others = device.othersBytes ?? Math.max(0, usedBytes - ours)
  const held = text.held(memory(ours), memory(others), memory(Math.max(0, device.totalBytes - usedBytes)))
  const celsius = live?.temperatureCelsius ?? device.temperatureCelsius
  const name = deviceName(device.id)
  return (
    <Meter
      widthPx={isShort ? 92 : 176}
      name={name}
      value={isShort ? `${gib(usedBytes)} GiB` : utilization === null ? '–' : `${number(utilization)}%`}
      {...(!isShort && { side: `${gib(usedBytes)} / ${gib(device.totalBytes)} GiB` })}
      title={named(device.name, facts(held, celsius !== null && text.temperature(number(celsius))))}
    >
      <LoadBar
        heightPx={5}
        limit={device.totalBytes}
        segments={[
          { key: 'ours', value: ours },
          { key: 'others', value: others, kind: 'foreign' },
        ]}
        label={named(name, held)}
      />
    </Meter>
  )
}
