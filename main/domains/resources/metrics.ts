import type { Device } from '../../contract/resources.ts'
import type { Family } from '../../platform/metrics/exposition.ts'

type Machine = {
  readonly cpuPercent: number
  readonly disk: { readonly totalBytes: number; readonly freeBytes: number }
  readonly devices: readonly Device[]
}

/** The machine and its devices. What a driver does not tell has no sample: never a zero. */
export function resourceMetrics({ cpuPercent, disk, devices }: Machine): readonly Family[] {
  const perDevice = (
    name: string,
    help: string,
    read: (device: Device) => number | null,
    labelsOf: (device: Device) => Readonly<Record<string, string>> = ({ id }) => ({ device: id }),
  ): Family => ({
    name: `slipway_device_${name}`,
    help,
    type: 'gauge',
    samples: devices.flatMap(device => {
      const value = read(device)
      return value === null ? [] : [{ labels: labelsOf(device), value }]
    }),
  })
  return [
    perDevice(
      'info',
      'Always 1; the labels say which device it is',
      () => 1,
      ({ id, kind, name }) => ({
        device: id,
        kind,
        name,
      }),
    ),
    perDevice('memory_total_bytes', 'Memory of the device that jobs can get', ({ totalBytes }) => totalBytes),
    perDevice('memory_used_bytes', 'Memory of the device in use, by anybody', ({ usedBytes }) => usedBytes),
    perDevice('memory_leased_bytes', 'Memory of the device promised to jobs', ({ leasedBytes }) => leasedBytes),
    perDevice('utilization_ratio', 'Share of time in which the device was busy', ({ kind, utilizationPercent }) =>
      kind === 'cpu' ? cpuPercent / 100 : utilizationPercent === null ? null : utilizationPercent / 100,
    ),
    perDevice('temperature_celsius', 'Temperature of the device', ({ temperatureCelsius }) => temperatureCelsius),
    perDevice('power_watts', 'Power that the device draws', ({ powerWatts }) => powerWatts),
    {
      name: 'slipway_data_disk_size_bytes',
      help: 'Size of the file system of the data directory',
      type: 'gauge',
      samples: [{ value: disk.totalBytes }],
    },
    {
      name: 'slipway_data_disk_free_bytes',
      help: 'Space left on the file system of the data directory',
      type: 'gauge',
      samples: [{ value: disk.freeBytes }],
    },
  ]
}
