// IDX files, as MNIST comes in: two zero bytes, a type, a rank, big-endian extents, big-endian elements.
#pragma once

#include <string>
#include <string_view>

#include "runtime/data/dataset.h"

namespace plumbline::runtime::data {

// Types 0x08 (ubyte), 0x09 (byte), 0x0B (short), 0x0C (int) give i64; 0x0D (float) f32; 0x0E (double) f64. The size of
// the file is checked against the extents before anything is allocated; errors: `file: byte N: found X, expected Y`.
Result<AnyTensor> parse_idx(std::string_view bytes, std::string_view file);
Result<AnyTensor> read_idx(const std::string& path);

// Bytes [n, h, w] as images [n, 1, h, w] of x = byte / 255 in float32; other ranks as they are.
Result<spec::Tensor<float>> parse_idx_bytes(std::string_view bytes, std::string_view file);

// Images and labels in [0, classes), e.g. train-images-idx3-ubyte and train-labels-idx1-ubyte.
Result<Dataset> read_idx_pair(const std::string& images, const std::string& labels, Index classes);

}  // namespace plumbline::runtime::data
