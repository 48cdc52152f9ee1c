// Finding the prefix of a file's names, comparing, reading.
#include "crosscheck/models/graphspec_params.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "runtime/io/safetensors.h"

namespace plumbline::crosscheck {

using runtime::io::SafetensorsFile;
using spec::Index;
using spec::PlacedParameter;
using spec::Result;

namespace {

std::size_t matches(const SafetensorsFile& file, std::span<const PlacedParameter> expected, const std::string& prefix) {
  return static_cast<std::size_t>(std::ranges::count_if(
      expected, [&](const PlacedParameter& p) { return file.find(prefix + p.name) != nullptr; }));
}

// Of the prefixes under which the most names are found: none if that is one of them, else the only one.
Result<std::string> prefix_of(const SafetensorsFile& file, std::span<const PlacedParameter> expected) {
  std::set<std::string> prefixes;
  for (const auto& entry : file.tensors())
    for (const PlacedParameter& p : expected)
      if (entry.name.ends_with('.' + p.name)) prefixes.insert(entry.name.substr(0, entry.name.size() - p.name.size()));
  std::size_t most = matches(file, expected, "");
  std::vector<std::string> best{""};
  for (const std::string& prefix : prefixes) {
    const std::size_t n = matches(file, expected, prefix);
    if (n > most) most = n, best.clear();
    if (n == most && (best.empty() || !best.front().empty())) best.push_back(prefix);
  }
  if (best.size() > 1)
    return spec::fail(file.path(), ": names: found the prefixes ", fmt::format("{}", fmt::join(best, ", ")),
                      ", expected one");
  return best.front();
}

std::string form(runtime::DType dtype, const spec::Shape& shape) {
  return spec::concat(runtime::io::safetensors_name(dtype), ' ', shape);
}

std::vector<std::string> differences(const SafetensorsFile& file, std::span<const PlacedParameter> expected,
                                     const std::string& prefix) {
  std::vector<std::string> out;
  std::set<std::string> known;
  for (const PlacedParameter& p : expected) {
    const std::string name = *known.insert(prefix + p.name).first;
    const auto* entry = file.find(name);
    const std::string wanted = form(runtime::DType::f32, p.spec.shape);
    if (entry == nullptr && p.spec.trained)
      out.push_back(spec::concat(name, ": found none, expected ", wanted));
    else if (entry != nullptr && (entry->dtype != runtime::DType::f32 || entry->shape != p.spec.shape))
      out.push_back(spec::concat(name, ": found ", form(entry->dtype, entry->shape), ", expected ", wanted));
  }
  for (const auto& entry : file.tensors())
    if (!known.contains(entry.name))
      out.push_back(spec::concat(entry.name, ": found ", form(entry.dtype, entry.shape), ", expected no such tensor"));
  return out;
}

Result<Values> read_values(const SafetensorsFile& file, const std::string& name) {
  auto tensor = file.read(*file.find(name));
  if (!tensor) return tl::unexpected(tensor.error());
  const auto& x = std::get<spec::Tensor<float>>(*tensor);
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]))
      return spec::fail(file.path(), ": tensor ", name, ": element ", i, ": found ", x[i],
                        ", expected a finite number");
  return Values(x.shape(), {x.elements().begin(), x.elements().end()});
}

}  // namespace

Result<SpecParams> read_spec_params(const std::string& path, std::span<const PlacedParameter> expected) {
  const auto file = SafetensorsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto prefix = prefix_of(*file, expected);
  if (!prefix) return tl::unexpected(prefix.error());
  if (const auto wrong = differences(*file, expected, *prefix); !wrong.empty())
    return spec::fail(path, ": ", fmt::format("{}", fmt::join(wrong, "; ")));
  SpecParams out;
  out.prefix = *prefix;
  for (const PlacedParameter& p : expected) {
    out.values.emplace_back();
    if (file->find(*prefix + p.name) == nullptr) continue;
    auto values = read_values(*file, *prefix + p.name);
    if (!values) return tl::unexpected(values.error());
    out.values.back() = std::move(*values);
  }
  return out;
}

}  // namespace plumbline::crosscheck
