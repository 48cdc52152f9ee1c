// Safetensors files: named tensors in F64, F32, F16, BF16 and I64, written from and read into where they lie.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/core/any_tensor.h"
#include "runtime/core/tensor_list.h"
#include "runtime/io/file.h"
#include "runtime/io/safetensors_header.h"

namespace plumbline::runtime::io {

// Writes the tensors atomically, without a copy of them. The metadata get an entry `plumbline.crc32`, the CRC-32 of
// the whole file with the entry's digits as zeros, so that any flipped bit is found.
Result<void> write_safetensors(const std::string& path, std::span<const NamedView> tensors,
                               const Metadata& metadata = {});

// A safetensors file that is open, with a header that is good.
class SafetensorsFile {
 public:
  // Any safetensors file; the error names file, place, what was found and what was expected. A checksum, if there is
  // one, is that of the file's bytes: all of them are read.
  static Result<SafetensorsFile> open(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const std::vector<TensorEntry>& tensors() const { return header_.tensors; }
  const Metadata& metadata() const { return header_.metadata; }
  // The tensor of a name; null if there is none.
  const TensorEntry* find(std::string_view name) const;

  // Reads a tensor of this file into elements of its dtype and shape.
  Result<void> read(const TensorEntry& entry, const View& into) const;
  Result<AnyTensor> read(const TensorEntry& entry) const;

 private:
  SafetensorsFile(InputFile file, SafetensorsHeader header) : file_(std::move(file)), header_(std::move(header)) {}
  Result<void> check_sum(std::string_view beginning) const;
  InputFile file_;
  SafetensorsHeader header_;
};

// The tensors of a list where they lie: to be written only, as long as the list lives.
template <class T>
std::vector<NamedView> views_of(const TensorList<T>& list) {
  std::vector<NamedView> views;
  for (const auto& [name, value] : list)
    views.push_back({name, {const_cast<T*>(value.elements().data()), value.shape(), dtype_of<T>}});
  return views;
}

// All tensors of a file, in the order of its header; an error if one has another dtype than T's.
template <class T>
Result<TensorList<T>> read_safetensors(const std::string& path) {
  const auto file = SafetensorsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  TensorList<T> list;
  for (const TensorEntry& entry : file->tensors()) {
    if (entry.dtype != dtype_of<T>)
      return spec::fail(path, ": tensor ", entry.name, ": found ", safetensors_name(entry.dtype), ", expected ",
                        safetensors_name(dtype_of<T>));
    auto tensor = file->read(entry);
    if (!tensor) return tl::unexpected(tensor.error());
    list.push_back({entry.name, std::get<spec::Tensor<T>>(std::move(*tensor))});
  }
  return list;
}

template <class T>
Result<void> write_safetensors(const std::string& path, const TensorList<T>& list, const Metadata& metadata = {}) {
  return write_safetensors(path, views_of(list), metadata);
}

}  // namespace plumbline::runtime::io
