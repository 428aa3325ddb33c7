import { memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { type Machine, useLiveSample } from '../../lib/live-resources.ts'
import { Stat } from '../../ui/bits.tsx'
import type { Curves } from './history.ts'
import { LeaseList } from './LeaseList.tsx'
import { ShareChart, SizeChart } from './MachineChart.tsx'
import { MemoryBar } from './MemoryBar.tsx'
import { resourcesText } from './text.ts'

type Props = { readonly machine: Machine; readonly curves: Curves }

/** The processor and its memory, which jobs lease like a GPU's. */
export function CpuSection({ machine, curves }: Props) {
  const text = useText(resourcesText)
  const sample = useLiveSample(live => live.sample)
  const { cpu, memory: ram, devices, leases } = machine
  const device = devices.find(({ kind }) => kind === 'cpu')
  const percent = sample?.cpuPercent ?? cpu.utilizationPercent
  const usedBytes = sample?.memoryUsedBytes ?? ram.totalBytes - ram.availableBytes
  return (
    <section className="device" aria-labelledby="device-cpu">
      <header>
        <h2 id="device-cpu">{text.cpu}</h2>
        <span className="ell">{cpu.name}</span>
        <span className="dim">
          {cpu.physicalCores === undefined
            ? text.threads(number(cpu.logicalCores))
            : text.cores(number(cpu.physicalCores), number(cpu.logicalCores))}
        </span>
      </header>
      <div className="device-stats">
        <Stat name={text.utilisation} value={number(percent)} unit="%" />
        <Stat name={text.memory} value={memory(usedBytes)} unit={text.used(memory(ram.totalBytes))} />
        <Stat name={text.load} value={cpu.loadAverage.map(load => number(load, 1)).join(' · ')} note={text.loadNote} />
      </div>
      {device && <MemoryBar device={{ ...device, usedBytes }} />}
      <div className="device-charts">
        <ShareChart x={curves.x} values={curves.cpuPercent} name={text.utilisation} />
        <SizeChart x={curves.x} values={curves.memoryUsedBytes} limitBytes={ram.totalBytes} name={text.memory} />
      </div>
      <LeaseList leases={leases.filter(lease => lease.device === 'cpu')} />
    </section>
  )
}
