#!/usr/bin/env python3
"""What Mesa's compiler for AMD GPUs makes of every shader, without such a GPU: registers, spills, workgroup memory.

RADV compiles for a null device. Needs naga (cargo install naga-cli), Debian's mesa-vulkan-drivers and the Python package vulkan:

    python3 -m venv v && v/bin/pip install vulkan
    RADV_FORCE_FAMILY=navi21 RADV_DEBUG=shaderstats,nocache \\
        VK_DRIVER_FILES=/usr/share/vulkan/icd.d/radeon_icd.x86_64.json v/bin/python scripts/shader-registers.py [SHADER...]

Prints a table in Markdown; each shader is compiled with the constants that stand in its file. It takes some minutes: a shader with
long unrolled loops one of them.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

COLUMNS = ["VGPRs", "SGPRs", "Spilled VGPRs", "Spilled SGPRs", "LDS size", "Scratch size", "Subgroups per SIMD", "Instructions"]
SHADERS = Path(__file__).resolve().parent.parent / "shaders"


def compile_for_null_device(file):
    """Has the driver compile one shader; it prints its statistics."""
    import vulkan as vk

    text = file.read_text()
    entry = re.search(r"@compute[^{]*?fn (\w+)", text, re.S).group(1)
    with tempfile.NamedTemporaryFile(suffix=".spv") as out:
        subprocess.run(["naga", str(file), out.name], check=True, stdout=subprocess.DEVNULL)
        code = Path(out.name).read_bytes()
    app = vk.VkApplicationInfo(pApplicationName="hrm", apiVersion=vk.VK_MAKE_VERSION(1, 2, 0))
    instance = vk.vkCreateInstance(vk.VkInstanceCreateInfo(pApplicationInfo=app), None)
    queue = vk.VkDeviceQueueCreateInfo(queueFamilyIndex=0, queueCount=1, pQueuePriorities=[1.0])
    info = vk.VkDeviceCreateInfo(queueCreateInfoCount=1, pQueueCreateInfos=[queue])
    device = vk.vkCreateDevice(vk.vkEnumeratePhysicalDevices(instance)[0], info, None)
    compute = vk.VK_SHADER_STAGE_COMPUTE_BIT
    kind = {True: vk.VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, False: vk.VK_DESCRIPTOR_TYPE_STORAGE_BUFFER}
    bindings = [
        vk.VkDescriptorSetLayoutBinding(binding=int(at), descriptorType=kind["uniform" in space], descriptorCount=1, stageFlags=compute)
        for at, space in re.findall(r"@binding\((\d+)\) var<([^>]*)>", text)
    ]
    of_set = vk.VkDescriptorSetLayoutCreateInfo(bindingCount=len(bindings), pBindings=bindings)
    sets = [vk.vkCreateDescriptorSetLayout(device, of_set, None)]
    layout = vk.vkCreatePipelineLayout(device, vk.VkPipelineLayoutCreateInfo(setLayoutCount=1, pSetLayouts=sets), None)
    module = vk.vkCreateShaderModule(device, vk.VkShaderModuleCreateInfo(codeSize=len(code), pCode=code), None)
    stage = vk.VkPipelineShaderStageCreateInfo(stage=compute, module=module, pName=entry)
    vk.vkCreateComputePipelines(device, None, 1, [vk.VkComputePipelineCreateInfo(stage=stage, layout=layout)], None)


def main():
    if sys.argv[1:2] == ["--one"]:
        return compile_for_null_device(SHADERS / f"{sys.argv[2]}.wgsl")
    names = sys.argv[1:] or sorted(file.stem for file in SHADERS.glob("*.wgsl"))
    print(f"| shader | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}")
    for name in names:
        # A process for each: what the driver prints goes past Python, and one that it cannot compile stops no other.
        done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True)
        found = dict(re.findall(r"^([\w ]+): (\d+)$", done.stderr + done.stdout, re.M))
        if "VGPRs" not in found:
            print(f"{name}: {(done.stderr or 'the driver printed no statistics').strip().splitlines()[-1]}", file=sys.stderr)
        print(f"| {name} | {' | '.join(found.get(column, '') for column in COLUMNS)} |", flush=True)


if __name__ == "__main__":
    main()
