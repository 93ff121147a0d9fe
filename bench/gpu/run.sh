#!/usr/bin/env bash
# Times the paper's model on an NVIDIA GPU in one call: in WebGPU, with this library's kernels and with tfjs's own, and in
# PyTorch where $PYTHON (python3) has it. In a checkout it packs itself first. Elsewhere, on Linux, with no need of Node:
#
#   tar xzf bench-gpu.tar.gz && bash bench-gpu/run.sh
#
# SIZES=256x64x4,256x64x16 (image x filters x batch), REPEATS=10. What is printed is kept in $OUT, or beside this script.
# DRY=1 does the same without a GPU, at a tiny size: WebGPU on SwiftShader, of the folder $SWIFTSHADER (Chromium's), and
# PyTorch on the CPU.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [[ ! -e $here/worker.mjs ]]; then
  node "$here/pack.mjs"
  exec bash "$here/../../build/bench-gpu/run.sh"
fi

dry=${DRY:-}
chromium=${SWIFTSHADER:-/usr/lib/chromium}
out=${OUT:-$here}
sizes=${SIZES:-${dry:+32x2x2}}
sizes=${sizes:-256x64x4,256x64x16}
repeats=${REPEATS:-${dry:+1}}
repeats=${repeats:-10}
worker=("$here/node" "$here/worker.mjs" ${dry:+--software})

# The loader of Vulkan drivers is here; NVIDIA's driver also needs libraries of X11, which many containers lack.
export PATH="$PATH:/usr/sbin:/sbin" LD_LIBRARY_PATH="$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
ldconfig -p 2>/dev/null | grep 'libXext\.so\.6 ' >/dev/null || LD_LIBRARY_PATH+=":$here/x11"

# Prints the files that name a Vulkan driver, the likeliest first. The driver comes with the GPU's, but the file that names
# it is missing from many containers: one is then written for its libraries.
list_drivers() {
  local given=${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}} name folder library
  if [[ -n $given ]]; then
    echo "$given"
    return
  fi
  if [[ -n $dry && -e $chromium/vk_swiftshader_icd.json ]]; then echo "$chromium/vk_swiftshader_icd.json"; fi
  ls /{usr/share,etc,usr/local/share,usr/local/nvidia/share}/vulkan/icd.d/nvidia_icd*.json 2>/dev/null || true
  for name in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    library=$(ldconfig -p 2>/dev/null | awk -v name="$name" '$1 == name && !seen++ { print $NF }' || true)
    for folder in /usr/lib /usr/lib64 /usr/local/nvidia /usr/local/lib; do
      [[ -n $library || ! -d $folder ]] || library=$(find "$folder" -name "$name" 2>/dev/null | head -n 1 || true)
    done
    [[ -n $library ]] || continue
    printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$library" >"$here/$name.json"
    echo "$here/$name.json"
  done
}

# Whether WebGPU computes with the driver that a file names.
try_driver() {
  local library
  library=$(sed -n 's/.*"library_path"[^"]*"\([^"]*\)".*/\1/p' "$1" | head -n 1)
  export VK_DRIVER_FILES=$1 VK_ICD_FILENAMES=$1
  # Its own libraries lie beside it, wherever that is.
  [[ $library != /* ]] || export LD_LIBRARY_PATH="$base:$(dirname "$library")"
  "${worker[@]}" --probe </dev/null
}

base=$LD_LIBRARY_PATH
driver=
tried=
while read -r file; do
  tried+="$file "
  if try_driver "$file" >"$out/probe.txt" 2>&1; then
    driver=$file
    break
  fi
  cat "$out/probe.txt" >&2
done < <(list_drivers)
if [[ -z $driver ]]; then
  echo "run.sh: WebGPU finds no GPU; Vulkan drivers tried: ${tried:-none is here, neither libGLX_nvidia.so.0 nor libEGL_nvidia.so.0} (a" >&2
  echo 'container needs NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility). What the loader of drivers says:' >&2
  for file in $tried; do VK_LOADER_DEBUG=error,warn try_driver "$file" >&2 || true; done
  ls /dev/nvidia* >&2 || true
  exit 1
fi
try_driver "$driver"
echo "Vulkan driver: $driver"
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || true

"${worker[@]}" --sizes "$sizes" --repeats "$repeats" | tee "$out/ours.txt"
"${worker[@]}" --official --repeats "$((repeats < 3 ? repeats : 3))" --sizes "${sizes%%,*}" | tee "$out/official.txt"
python=${PYTHON:-python3}
device=${dry:+cpu}
device=${device:-cuda}
if "$python" -c 'import sys, torch; assert sys.argv[1] == "cpu" or torch.cuda.is_available()' "$device" 2>/dev/null; then
  "$python" "$here/peer_torch.py" "$sizes" "$repeats" "$device" | tee "$out/torch.txt"
else
  echo "no PyTorch for $device in $python: its times are missing"
fi
