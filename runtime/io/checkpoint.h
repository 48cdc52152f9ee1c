// Checkpoints: all that a training run needs to go on bit for bit, in one safetensors file.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/io/safetensors.h"
#include "runtime/train/train_step.h"

namespace plumbline::runtime::io {

// Where a run stands: updates done, and the batch that comes next. An epoch's order is a pure function of the loader's
// seed and the epoch, so that (epoch, batch) is all of the loader's position.
struct Progress {
  Index step = 0, epoch = 0, batch = 0;
  std::map<std::string, std::uint64_t> seeds = {};  // whatever the run draws from, by name
  Metadata notes = {};                              // kept as they are
  bool operator==(const Progress&) const = default;
};

// Writes the tensors and the progress atomically: who is killed in between leaves the old file. Beside it a
// `path.part-PID-N` may be left where the file system has no files without a name: nobody reads it, delete it at will.
Result<void> save_checkpoint(const std::string& path, std::span<const NamedView> tensors, const Progress& progress);

// Fills the tensors. Everything is checked before any of them changes: the file's checksum, and that its tensors are
// these, no fewer, no more, of the same shapes and dtypes; one error lists all differences. All is read before any is
// filled, so that a file that cannot be read to its end leaves them as they were, too.
Result<Progress> load_checkpoint(const std::string& path, std::span<const NamedView> tensors);
Result<Progress> load_checkpoint(const SafetensorsFile& file, std::span<const NamedView> tensors);
// Only where the run of a file stands.
Result<Progress> progress_in(const SafetensorsFile& file);

// The differences between a file's tensors and those that are expected; no error where there are none.
Result<void> check_tensors(const SafetensorsFile& file, std::span<const NamedView> expected);

// What a training step keeps: parameters and running state by their own names, which are PyTorch's, the optimiser's as
// `optimizer/0.weight.m`, and the counts of steps. Views are valid while the step lives.
std::vector<NamedView> state_of(TrainStep& step);
// `more` are tensors of the run. Error besides those above: gradients that wait for apply() are no state that is kept.
Result<void> save_checkpoint(const std::string& path, TrainStep& step, const Progress& progress,
                             std::span<const NamedView> more = {});
// Programs of `step` that store 16 bits read the new parameters from the next evaluation on.
Result<Progress> load_checkpoint(const std::string& path, TrainStep& step, std::span<const NamedView> more = {});
Result<Progress> load_checkpoint(const SafetensorsFile& file, TrainStep& step, std::span<const NamedView> more = {});

// Only parameters, e.g. from PyTorch: into a list of the same names and shapes, which stays as it was on an error.
template <class T>
Result<void> load_parameters(const std::string& path, TensorList<T>& into) {
  const auto file = SafetensorsFile::open(path);
  if (!file) return tl::unexpected(file.error());
  if (auto ok = check_tensors(*file, views_of(into)); !ok) return ok;
  TensorList<T> read;
  for (const auto& [name, value] : into) {
    auto tensor = file->read(*file->find(name));
    if (!tensor) return tl::unexpected(tensor.error());
    read.push_back({name, std::get<spec::Tensor<T>>(std::move(*tensor))});
  }
  into = std::move(read);
  return {};
}

}  // namespace plumbline::runtime::io
