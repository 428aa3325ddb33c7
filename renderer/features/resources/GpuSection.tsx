import type { Device } from '../../../main/contract/resources.ts'
import { deviceName, memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { type Machine, useLiveSample } from '../../lib/live-resources.ts'
import { Chip, Stat } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import type { Curves } from './history.ts'
import { LeaseList } from './LeaseList.tsx'
import { ShareChart, SizeChart } from './MachineChart.tsx'
import { MemoryBar } from './MemoryBar.tsx'
import { resourcesText } from './text.ts'

type Props = { readonly device: Device; readonly machine: Machine; readonly curves: Curves }

const hotCelsius = 85

/** One GPU: what it does now, who holds its memory, how the last minutes went. */
export function GpuSection({ device, machine, curves }: Props) {
  const text = useText(resourcesText)
  const live = useLiveSample(({ sample }) => sample?.devices.find(({ id }) => id === device.id))
  const now = { ...device, ...live }
  const name = deviceName(device.id)
  const curve = curves.devices.get(device.id)
  const watts = now.powerWatts
  const isHot = (now.temperatureCelsius ?? 0) >= hotCelsius
  return (
    <section className="device" aria-labelledby={`device-${device.id}`}>
      <header>
        <h2 id={`device-${device.id}`}>{name}</h2>
        <span className="ell">{device.name}</span>
        {device.partOf !== undefined && <Chip>{text.part(deviceName(device.partOf))}</Chip>}
      </header>
      <div className="device-stats">
        <Stat
          name={text.utilisation}
          value={now.utilizationPercent === null ? '–' : number(now.utilizationPercent)}
          {...(now.utilizationPercent !== null && { unit: '%' })}
        />
        <Stat name={text.gpuMemory} value={memory(now.usedBytes)} unit={text.used(memory(device.totalBytes))} />
        <Stat
          name={text.temperature}
          value={
            now.temperatureCelsius === null ? (
              '–'
            ) : (
              <>
                {number(now.temperatureCelsius)}
                {isHot && <Glyph state="warn" size={12} />}
              </>
            )
          }
          {...(now.temperatureCelsius !== null && { unit: '°C' })}
        />
        <Stat
          name={text.power}
          value={watts === null ? '–' : number(watts)}
          {...(watts !== null && {
            unit: device.powerLimitWatts === null ? 'W' : `W ${text.powerOf(`${number(device.powerLimitWatts)} W`)}`,
          })}
        />
      </div>
      <MemoryBar device={{ ...device, usedBytes: now.usedBytes }} />
      <div className="device-charts">
        <ShareChart x={curves.x} values={curve?.utilizationPercent ?? []} name={text.utilisation} />
        <SizeChart x={curves.x} values={curve?.usedBytes ?? []} limitBytes={device.totalBytes} name={text.gpuMemory} />
      </div>
      <LeaseList leases={machine.leases.filter(lease => lease.device === device.id)} />
    </section>
  )
}
