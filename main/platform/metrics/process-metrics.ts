import type { Family } from './exposition.ts'

/** This process in the names that Prometheus' own client libraries use, so that usual dashboards show it. */
export function processMetrics(version: string, startedAtMs: number): readonly Family[] {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const one = (value: number) => [{ value }]
  return [
    {
      name: 'slipway_build_info',
      help: 'Always 1; the labels say what runs',
      type: 'gauge',
      samples: [{ labels: { version, node: process.versions.node }, value: 1 }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the backend started, since 1970',
      type: 'gauge',
      samples: one(startedAtMs / 1_000),
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time the backend has used',
      type: 'counter',
      samples: one((user + system) / 1e6),
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of the backend',
      type: 'gauge',
      samples: one(rss),
    },
    {
      name: 'nodejs_heap_size_used_bytes',
      help: 'JavaScript heap of the backend in use',
      type: 'gauge',
      samples: one(heapUsed),
    },
    {
      name: 'nodejs_eventloop_utilization_ratio',
      help: 'Share of time since the start in which the event loop was busy',
      type: 'gauge',
      samples: one(performance.eventLoopUtilization().utilization),
    },
  ]
}
