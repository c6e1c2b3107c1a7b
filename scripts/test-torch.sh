#!/usr/bin/env bash
# Tries with PyTorch what `hrm convert` writes: see --help.

# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
    cat <<'HELP'
Usage: scripts/test-torch.sh PYTHON CODE...

Converts models of each kind to the official form, reads them with torch.load(weights_only=True),
loads them into the official model with load_state_dict(assign=True), and compares the logits of
four segments, in f32 on the CPU, with this project's (hrm verify --model). Not a part of
scripts/test.sh, which holds the bytes that this accepted.

  PYTHON  a Python with PyTorch (3 GB):
          python3 -m venv v && v/bin/pip install torch numpy pyyaml pydantic einops
  CODE    folders of the official code, clones of sapientinc/HRM and of
          SamsungSAILMontreal/TinyRecursiveModels; a model that one of them has no class for is
          skipped there. Their attention is replaced by scaled_dot_product_attention from outside.
HELP
}

case ${1:-} in -h | --help) usage && exit ;; esac
[ $# -ge 2 ] || { usage >&2 && exit 2; }
python=$1
shift
hrm=${HRM:-}
if [ -z "$hrm" ]; then
    cargo build --bin hrm
    hrm=$TARGET/debug/hrm
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

official=$ROOT/tests/golden/official_style_checkpoint
"$hrm" convert "$official" --set seq_len=16 --out "$work/official.safetensors"
compared=0
for model in "$work/official.safetensors" ${MODELS:-sudoku-4x4 sudoku-4x4-attention sudoku-9x9 sudoku-9x9-hrm maze-9}; do
    for code in "$@"; do
        say "$(basename "$model") in $code"
        rm -rf "$work/out" && mkdir "$work/out"
        "$hrm" convert "$model" --out "$work/out/step_1"
        status=0
        "$python" "$ROOT/scripts/test-torch.py" "$(cd "$code" && pwd)" "$work/out/step_1" "$work/outputs.safetensors" || status=$?
        [ $status = 3 ] && continue
        [ $status = 0 ] || die "the official code did not take it"
        "$hrm" verify --model "$work/out" "$work/outputs.safetensors"
        compared=$((compared + 1))
    done
done
[ $compared -gt 0 ] || die "no model was compared"
say "$compared compared, all within the limit"
