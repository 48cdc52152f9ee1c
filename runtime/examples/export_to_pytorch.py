#!/usr/bin/env python3
"""Weights between Plumbline and PyTorch.

  export_to_pytorch.py CHECKPOINT --to model.pt       a state_dict of the parameters and the running state
  export_to_pytorch.py CHECKPOINT --from model.pt     a safetensors file from a state_dict
  export_to_pytorch.py CHECKPOINT --compare model.pt  whether both hold the same bits

Names are PyTorch's already: layer 0 of nn::Sequential has 0.weight and 0.bias. The optimiser's state stays behind, and
so does PyTorch's num_batches_tracked, which nothing is computed from.
"""
import argparse
import json
import os
import struct
import sys

import torch

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def read(path):
    """The tensors of a safetensors file, in the order of its header; without what only training needs."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    state = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        if name.startswith(("optimizer/", "model/")):
            continue
        flat = torch.frombuffer(data[begin:end], dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        state[name] = flat.reshape(entry["shape"]).clone()
    return state


def write(path, state):
    """A safetensors file of a state_dict, written beside its place and renamed."""
    header, parts, at = {}, [], 0
    for name, tensor in sorted(state.items(), key=lambda item: -item[1].element_size()):
        tensor = tensor.detach().cpu().contiguous()
        if tensor.dtype not in NAMES:
            sys.exit(f"{name}: found {tensor.dtype}, expected one of {', '.join(map(str, NAMES))}")
        raw = tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    part = f"{path}.part-{os.getpid()}"
    with open(part, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def load(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}


def differences(ours, theirs):
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield f"{name}: only in {'PyTorch' if name in theirs else 'the checkpoint'}"
        elif ours[name].dtype != theirs[name].dtype or ours[name].shape != theirs[name].shape:
            yield f"{name}: {kind(ours[name])} and {kind(theirs[name])}"
        elif not torch.equal(bits(ours[name]), bits(theirs[name])):
            yield f"{name}: other bits in {int((bits(ours[name]) != bits(theirs[name])).sum())} bytes"


def kind(tensor):
    return f"{tensor.dtype} {list(tensor.shape)}"


def bits(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8) if tensor.numel() else tensor.reshape(-1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--to")
    how.add_argument("--from", dest="origin")
    how.add_argument("--compare")
    args = parser.parse_args()
    if args.to:
        state = read(args.checkpoint)
        torch.save(state, args.to)
        print(f"{args.to}: {len(state)} tensors")
    elif args.origin:
        state = load(args.origin)
        write(args.checkpoint, state)
        print(f"{args.checkpoint}: {len(state)} tensors")
    else:
        found = list(differences(read(args.checkpoint), load(args.compare)))
        print("\n".join(found) or "the same bits")
        sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
