"""ONNX convolutions, pools, padding and resampling in our words."""
import numpy as np

from onnx_base import need


def window(attributes, spatial):
    need(attributes.get("auto_pad", "NOTSET") in ("NOTSET", "VALID"), "auto_pad")
    pads = attributes.get("pads", [0] * 2 * spatial)
    ordered = [pads[i + j * spatial] for i in range(spatial) for j in (0, 1)]
    return {"stride": attributes.get("strides", [1] * spatial), "padding": ordered}


def conv(attributes, inputs):
    k = inputs[0].ndim - 2
    need(1 <= k <= 3, f"{k} spatial axes")
    found = {**window(attributes, k), "dilation": attributes.get("dilations", [1] * k),
             "groups": attributes.get("group", 1)}
    return f"conv{k}d", found, inputs


def pool(kind):
    def translate(attributes, inputs):
        k = inputs[0].ndim - 2
        need(k in (1, 2), f"{k} spatial axes")
        found = {**window(attributes, k), "kernel": attributes["kernel_shape"],
                 "ceil_mode": bool(attributes.get("ceil_mode", 0))}
        if kind == "max":
            found["dilation"] = attributes.get("dilations", [1] * k)
        else:
            need(set(attributes.get("dilations", [1])) == {1}, "dilated average")
            found["count_include_pad"] = bool(attributes.get("count_include_pad", 0))
        return f"{kind}_pool{k}d", found, inputs

    return translate


def global_average(attributes, inputs):
    need(inputs[0].ndim == 4, "spatial axes other than two")
    return "global_avg_pool2d", {}, inputs


def global_max(attributes, inputs):
    return "max", {"axes": list(range(2, inputs[0].ndim)), "keepdim": True}, inputs


def conv_transpose(attributes, inputs):
    k = inputs[0].ndim - 2
    need(k in (1, 2), f"{k} spatial axes")
    need("output_shape" not in attributes, "output_shape")
    found = {**window(attributes, k), "dilation": attributes.get("dilations", [1] * k),
             "output_padding": attributes.get("output_padding", [0] * k), "groups": attributes.get("group", 1)}
    return f"conv_transpose{k}d", found, inputs


def lp_pool(attributes, inputs):
    need(inputs[0].ndim == 4, f"{inputs[0].ndim - 2} spatial axes")
    found = window(attributes, 2)
    need(not any(found.pop("padding")), "padding")
    need(set(attributes.get("dilations", [1])) == {1}, "dilation")
    return "lp_pool2d", {**found, "kernel": attributes["kernel_shape"], "norm_type": float(attributes.get("p", 2)),
                         "ceil_mode": bool(attributes.get("ceil_mode", 0)), "absolute": True}, inputs


def extents_of(attributes, inputs):
    """The spatial extents of a resized image, and whether they are the old ones times the scales exactly."""
    x = inputs[0]
    need(x.ndim == 4, "not two spatial axes")
    axes = [a % x.ndim for a in attributes.get("axes", range(x.ndim))]
    scales, sizes = (inputs[i] if len(inputs) > i else None for i in (2, 3))
    new, exact = list(x.shape), True
    if sizes is not None and sizes.size:
        need(attributes.get("keep_aspect_ratio_policy", "stretch") == "stretch", "a kept aspect ratio")
        for axis, size in zip(axes, sizes):
            new[axis] = int(size)
    else:
        for axis, scale in zip(axes, scales):
            new[axis] = int(np.floor(x.shape[axis] * scale))
            exact = exact and new[axis] == x.shape[axis] * scale
    need(new[:2] == list(x.shape[:2]), "resized channels")
    return new[2:], exact


def resize(attributes, inputs):
    size, exact = extents_of(attributes, inputs)
    need(not attributes.get("antialias", 0), "antialias")
    need(exact, "scales that give no whole extent")
    how, mode = attributes.get("coordinate_transformation_mode", "half_pixel"), attributes.get("mode", "nearest")
    if mode == "nearest":
        rounding = attributes.get("nearest_mode", "round_prefer_floor")
        whole = all(new % old == 0 for new, old in zip(size, inputs[0].shape[2:]))
        floor = how == "asymmetric" and rounding == "floor"
        # Whole multiples have the same neighbours by half pixels.
        need(floor or (whole and how == "half_pixel" and rounding.startswith("round")), "nearest by another rule")
        return "upsample_nearest2d", {"size": size}, inputs[:1]
    need(mode == "linear", f"mode {mode}")
    need(how in ("half_pixel", "align_corners") or (how == "pytorch_half_pixel" and min(size) > 1),
         f"coordinates {how}")
    return "upsample_bilinear2d", {"size": size, "align_corners": how == "align_corners"}, inputs[:1]


def upsample(attributes, inputs):
    return resize({**attributes, "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
                  [inputs[0], None, inputs[1]])


def one_axis_pad(attributes, inputs):
    need(len(inputs) <= 3 or inputs[3] is None, "a subset of axes")
    mode = attributes.get("mode", "constant")
    pads = inputs[1].tolist()
    need(min(pads) >= 0 and mode in ("constant", "reflect", "edge"), f"mode {mode} or negative pads")
    rank = inputs[0].ndim
    around = [pads[a + side * rank] for a in range(rank) for side in (0, 1)]
    found = {"padding": around, "mode": "replicate" if mode == "edge" else mode}
    if mode == "constant" and len(inputs) > 2 and inputs[2] is not None:
        found["value"] = float(inputs[2])
    return "pad", found, inputs[:1]


def lrn(attributes, inputs):
    return "local_response_norm", {"size": attributes["size"], "alpha": attributes.get("alpha", 1e-4),
                                   "beta": attributes.get("beta", 0.75), "k": attributes.get("bias", 1.0)}, inputs


def depth_to_space(attributes, inputs):
    need(attributes.get("mode", "DCR") == "CRD", "depth first")
    return "pixel_shuffle", {"upscale_factor": attributes["blocksize"]}, inputs
