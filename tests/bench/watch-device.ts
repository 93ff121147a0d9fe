/** What a GPU is asked for, by WebGPU's own calls. */
interface DeviceCounts {
  dispatches: number;
  /** Of the buffers that are bound, each once a dispatch; without uniforms. */
  boundBytes: number;
  /** Copied into buffers that are mapped for reading. */
  readBackBytes: number;
  readBacks: number;
}

const SIZES: Readonly<Record<string, number>> = {
  f32: 1,
  i32: 1,
  u32: 1,
  'vec2<f32>': 2,
  'vec4<f32>': 4,
  'vec4<i32>': 4,
};

/** The place of the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '[') depth++;
    else if (code[at] === ']' && --depth === 0) return at;
  }
  throw new Error('watch-device: a bracket is not closed.');
}

/** As many buffers as every GPU binds to a shader. */
const MOST_BUFFERS = 8;

/**
 * Lets a shader count the words of four bytes that it reads from its tensors. Leaves one as it is that reads none, or has no
 * room for the counter.
 */
export function countingCode(code: string): string {
  if (code.split('var<storage').length > MOST_BUFFERS) return code;
  let counting = code;
  for (const [, name, type] of code.matchAll(/var<storage, read> (\w+)\s*:\s*array<([^;]+)>;/g)) {
    const words = SIZES[type.replaceAll(' ', '')];
    if (words === undefined) throw new Error(`watch-device: unknown type ${type}.`);
    const place = new RegExp(`(?<![\\w.])${name}\\[`, 'g');
    for (let found = place.exec(counting); found; found = place.exec(counting)) {
      const open = place.lastIndex - 1;
      const close = closing(counting, open);
      const index = counting.slice(open + 1, close);
      // select() takes any type of number, and its condition is where the call can stand.
      const counted = `[select(${index}, ${index}, countRead(${words}u))]`;
      counting = counting.slice(0, open) + counted + counting.slice(close + 1);
      place.lastIndex = open + counted.length;
    }
  }
  return counting === code
    ? code
    : `@group(1) @binding(0) var<storage, read_write> readWords : atomic<u32>;
fn countRead(words : u32) -> bool { atomicAdd(&readWords, words); return true; }
${counting}`;
}

/** Watches all that a device is asked for from now on; `nameOf` gives the name of the shader that is being made. */
export function watchDevice(device: GPUDevice, nameOf: () => string) {
  const counts: DeviceCounts = { dispatches: 0, boundBytes: 0, readBackBytes: 0, readBacks: 0 };
  const counters = new Map<
    GPUComputePipeline,
    { readonly name: string; readonly buffer: GPUBuffer; readonly group: GPUBindGroup }
  >();
  const bound = new WeakMap<GPUBindGroup, number>();
  const counting = new WeakSet<GPUShaderModule>();

  const createShaderModule = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    const code = countingCode(descriptor.code);
    const module = createShaderModule({ ...descriptor, code });
    if (code !== descriptor.code) counting.add(module);
    return module;
  };
  const createBindGroup = device.createBindGroup.bind(device);
  device.createBindGroup = (descriptor) => {
    const group = createBindGroup(descriptor);
    const buffers = [...descriptor.entries].map(({ resource }) => (resource as GPUBufferBinding).buffer);
    const tensors = buffers.filter(({ usage }) => (usage & GPUBufferUsage.UNIFORM) === 0);
    bound.set(
      group,
      tensors.reduce((sum, { size }) => sum + size, 0),
    );
    return group;
  };
  const createComputePipeline = device.createComputePipeline.bind(device);
  device.createComputePipeline = (descriptor) => {
    const pipeline = createComputePipeline(descriptor);
    if (counting.has(descriptor.compute.module)) {
      const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
      const layout = pipeline.getBindGroupLayout(1);
      const group = createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
      counters.set(pipeline, { name: nameOf(), buffer, group });
    }
    return pipeline;
  };
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = beginComputePass(passDescriptor);
      const setPipeline = pass.setPipeline.bind(pass);
      const setBindGroup = pass.setBindGroup.bind(pass) as (index: number, group: GPUBindGroup) => void;
      const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
      let group: GPUBindGroup;
      pass.setPipeline = (pipeline) => {
        setPipeline(pipeline);
        const counter = counters.get(pipeline);
        if (counter) setBindGroup(1, counter.group);
      };
      pass.setBindGroup = ((index: number, given: GPUBindGroup) => {
        group = given;
        setBindGroup(index, given);
      }) as typeof pass.setBindGroup;
      pass.dispatchWorkgroups = (...groups) => {
        counts.dispatches++;
        counts.boundBytes += bound.get(group)!;
        dispatchWorkgroups(...groups);
      };
      return pass;
    };
    const copy = encoder.copyBufferToBuffer.bind(encoder) as (...call: unknown[]) => void;
    encoder.copyBufferToBuffer = ((...call: unknown[]) => {
      const target = call[2] as GPUBuffer;
      if (target.usage & GPUBufferUsage.MAP_READ) {
        counts.readBacks++;
        counts.readBackBytes += call[4] as number;
      }
      copy(...call);
    }) as typeof encoder.copyBufferToBuffer;
    return encoder;
  };

  /** The bytes that shaders of each name have read from tensors. */
  const readBytes = async (): Promise<Map<string, number>> => {
    const byName = new Map<string, number>();
    for (const { name, buffer } of counters.values()) {
      const staging = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const [words] = new Uint32Array(staging.getMappedRange());
      byName.set(name, (byName.get(name) ?? 0) + 4 * words);
      staging.destroy();
    }
    return byName;
  };
  return { counts, readBytes };
}
