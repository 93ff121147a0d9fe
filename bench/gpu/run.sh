#!/usr/bin/env bash
# On a Linux machine with an NVIDIA GPU: tar xzf bench-gpu.tar.gz && bash bench-gpu/run.sh [--sizes ...] [--repeats ...]
# Times the paper's model in WebGPU, with this library's kernels and with tfjs's own, and in PyTorch where PYTHON has it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# The Vulkan driver comes with the GPU's driver; the file that names it is missing from many containers.
if [[ -z ${VK_DRIVER_FILES:-} ]]; then
  known=$(ls /usr/share/vulkan/icd.d/nvidia_icd*.json /etc/vulkan/icd.d/nvidia_icd*.json 2>/dev/null | head -n 1 || true)
  if [[ -z $known ]]; then
    for name in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
      library=$(ldconfig -p 2>/dev/null | awk -v name="$name" '$1 == name { print $NF; exit }')
      library=${library:-$(find /usr/lib /usr/lib64 /usr/local/nvidia /usr/local/lib -name "$name" 2>/dev/null | head -n 1 || true)}
      [[ -n $library ]] && break
    done
    if [[ -z ${library:-} ]]; then
      echo 'run.sh: no Vulkan driver here: neither libGLX_nvidia.so.0 nor libEGL_nvidia.so.0 (a container needs' >&2
      echo 'NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility).' >&2
      exit 1
    fi
    known="$here/nvidia_icd.json"
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$library" >"$known"
  fi
  export VK_DRIVER_FILES=$known
fi
echo "Vulkan driver: $VK_DRIVER_FILES"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || true

"$here/node" "$here/worker.mjs" "$@" | tee "$here/ours.txt"
"$here/node" "$here/worker.mjs" --official --repeats 3 --sizes 256x64x4 | tee "$here/official.txt"
python=${PYTHON:-python3}
if "$python" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
  "$python" "$here/peer_torch.py"
else
  echo "no PyTorch with CUDA in $python: its times are missing"
fi
