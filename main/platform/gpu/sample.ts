/** A process that holds memory of a GPU. `memoryBytes` is null where the driver does not say (always so on Windows). */
export type GpuProcess = { readonly pid: number; readonly memoryBytes: number | null }

/** One GPU (or one MIG instance) at one moment. Null means "not reported", never zero. */
export type GpuSample = {
  readonly vendor: 'nvidia' | 'amd'
  /** As PyTorch names it when devices are in PCI order: `cuda:0` (ROCm builds say `cuda` too). */
  readonly id: string
  /** What pins a process to exactly this device: the UUID on NVIDIA, the index on AMD. */
  readonly pin: string
  readonly name: string
  readonly pciAddress: string | null
  /** Set for a MIG instance: the id of the GPU that it is a part of. */
  readonly partOf: string | null
  readonly memoryTotalBytes: number
  readonly memoryUsedBytes: number
  readonly utilizationPercent: number | null
  readonly temperatureCelsius: number | null
  readonly powerWatts: number | null
  readonly powerLimitWatts: number | null
  /** Null: this system does not list them. */
  readonly processes: readonly GpuProcess[] | null
}

/** Why figures are missing although a GPU is there, and what a person can do. */
export type GpuTrouble = { readonly message: string; readonly hint: string }

export type GpuReading = {
  readonly driver: string | null
  readonly gpus: readonly GpuSample[]
  readonly trouble?: GpuTrouble
}

/** A source of GPU figures. `read` may block for as long as the driver does: call it in a process of its own. */
export type GpuReader = { readonly read: () => GpuReading; readonly close: () => void }
