// Progress as metadata, and the comparison of a file with what it is loaded into.
#include "runtime/io/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "runtime/io/text.h"

namespace plumbline::runtime::io {

using spec::concat;
using spec::fail;

namespace {

constexpr std::string_view own_prefix = "plumbline.", seed_prefix = "plumbline.seed.", format_key = "plumbline.format",
                           format = "plumbline.checkpoint/1", optimiser_key = "plumbline.optimizer",
                           step_key = "plumbline.step", epoch_key = "plumbline.epoch", batch_key = "plumbline.batch";
constexpr std::string_view optimiser_prefix = "optimizer/", optimiser_steps = "optimizer/steps",
                           model_steps = "model/steps";
constexpr std::size_t most_listed = 8;

Metadata metadata_of(const Progress& p) {
  Metadata m = p.notes;
  m[std::string(format_key)] = format;
  m[std::string(step_key)] = concat(p.step);
  m[std::string(epoch_key)] = concat(p.epoch);
  m[std::string(batch_key)] = concat(p.batch);
  for (const auto& [name, seed] : p.seeds) m[concat(seed_prefix, name)] = concat(seed);
  return m;
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `missing a, b and 3 more; `
std::string listed(std::string_view what, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string text = concat(what, ' ');
  for (std::size_t i = 0; i < std::min(names.size(), most_listed); ++i) text += concat(i ? ", " : "", names[i]);
  if (names.size() > most_listed) text += concat(" and ", names.size() - most_listed, " more");
  return text + "; ";
}

// `adam`; a name for each group.
std::string optimisers_of(TrainStep& step) {
  std::string text;
  for (std::size_t g = 0; g < step.groups().size(); ++g)
    text += concat(g ? "," : "", spec::name_of(step.groups().group(g).optimiser()));
  return text;
}

std::size_t bytes_of(const View& view) { return static_cast<std::size_t>(view.size()) * size_of(view.dtype); }

Result<void> check_saved(const Progress& p) {
  if (p.step < 0 || p.epoch < 0 || p.batch < 0) return fail("checkpoint: found a negative count, expected none");
  for (const auto& [key, value] : p.notes)
    if (key.starts_with(own_prefix)) return fail("checkpoint: found a note ", key, ", expected none of ", own_prefix);
  return {};
}

}  // namespace

Result<Progress> progress_in(const SafetensorsFile& file) {
  const Metadata& m = file.metadata();
  const auto found = m.find(std::string(format_key));
  if (found == m.end() || found->second != format)
    return fail(file.path(), ": metadata: found ", found == m.end() ? "no format" : printable(found->second),
                ", expected ", format);
  Progress p;
  std::string bad;
  const auto count = [&](std::string_view key) {
    const auto at = m.find(std::string(key));
    const auto n = at == m.end() ? std::nullopt : number<Index>(at->second);
    if (!n || *n < 0) bad = key;
    return n.value_or(0);
  };
  p.step = count(step_key), p.epoch = count(epoch_key), p.batch = count(batch_key);
  for (const auto& [key, value] : m) {
    if (key.starts_with(seed_prefix)) {
      const auto seed = number<std::uint64_t>(value);
      if (!seed) bad = key;
      p.seeds[key.substr(seed_prefix.size())] = seed.value_or(0);
    } else if (!key.starts_with(own_prefix)) {
      p.notes[key] = value;
    }
  }
  if (!bad.empty()) return fail(file.path(), ": metadata: ", bad, ": found no number, expected one of at least 0");
  return p;
}

Result<void> check_tensors(const SafetensorsFile& file, std::span<const NamedView> expected) {
  std::unordered_map<std::string_view, const TensorEntry*> found;
  for (const TensorEntry& t : file.tensors()) found[t.name] = &t;
  std::vector<std::string> missing, other, extra;
  for (const auto& [name, view] : expected) {
    const auto at = found.find(name);
    if (at == found.end()) {
      missing.push_back(concat(name, ' ', view.shape));
      continue;
    }
    const TensorEntry& t = *at->second;
    if (t.shape != view.shape || t.dtype != view.dtype)
      other.push_back(concat(name, " (found ", safetensors_name(t.dtype), ' ', t.shape, ", expected ",
                             safetensors_name(view.dtype), ' ', view.shape, ')'));
    found.erase(at);
  }
  for (const TensorEntry& t : file.tensors())
    if (found.contains(t.name)) extra.push_back(concat(t.name, ' ', t.shape));
  std::string text = listed("missing", missing) + listed("extra", extra) + listed("differing", other);
  if (text.empty()) return {};
  text.resize(text.size() - 2);
  return fail(file.path(), ": tensors: found ", file.tensors().size(), ", expected the model's ", expected.size(), ": ",
              text);
}

Result<void> save_checkpoint(const std::string& path, std::span<const NamedView> tensors, const Progress& progress) {
  if (auto ok = check_saved(progress); !ok) return ok;
  return write_safetensors(path, tensors, metadata_of(progress));
}

// Checks, reads, then fills.
Result<Progress> load_checkpoint(const SafetensorsFile& file, std::span<const NamedView> tensors) {
  if (!file.metadata().contains("plumbline.crc32"))
    return fail(file.path(), ": metadata: found no checksum, expected one");
  auto progress = progress_in(file);
  if (!progress) return progress;
  if (auto ok = check_tensors(file, tensors); !ok) return tl::unexpected(ok.error());
  std::unordered_map<std::string_view, const TensorEntry*> by_name;
  for (const TensorEntry& t : file.tensors()) by_name[t.name] = &t;
  std::vector<Buffer> read;
  for (const NamedView& t : tensors) {
    View fresh = t.view;
    fresh.data = read.emplace_back(bytes_of(t.view)).data();
    if (auto ok = file.read(*by_name.at(t.name), fresh); !ok) return tl::unexpected(ok.error());
  }
  for (std::size_t i = 0; i < tensors.size(); ++i)
    std::copy_n(read[i].data(), bytes_of(tensors[i].view), static_cast<std::byte*>(tensors[i].view.data));
  return progress;
}

Result<Progress> load_checkpoint(const std::string& path, std::span<const NamedView> tensors) {
  const auto file = SafetensorsFile::open(path);
  return file ? load_checkpoint(*file, tensors) : tl::unexpected(file.error());
}

std::vector<NamedView> state_of(TrainStep& step) {
  std::vector<NamedView> out;
  const spec::Graph& graph = step.program().graph();
  const DType dtype = step.program().dtype();
  for (std::size_t i = 0; i < step.parameters().size(); ++i) {
    const spec::Node& node = graph.node(step.parameters()[i]);
    if (dtype == DType::f64) out.push_back({node.name, {step.parameter<double>(i).data(), node.shape, DType::f64}});
    else out.push_back({node.name, {step.parameter<float>(i).data(), node.shape, DType::f32}});
  }
  for (std::size_t i = 0; i < step.running_states().size(); ++i) {
    const RunningState& state = step.running_states()[i];
    const Shape& shape = graph.node(state.leaf).shape;
    with_type(dtype, [&]<class T>(T) { out.push_back({state.name, {step.running<T>(i).data(), shape, dtype}}); });
  }
  for (NamedView& view : step.groups().views())
    out.push_back({concat(optimiser_prefix, view.name), std::move(view.view)});
  return out;
}

Result<void> save_checkpoint(const std::string& path, TrainStep& step, const Progress& progress,
                             std::span<const NamedView> more) {
  if (step.accumulated_weight() != 0)
    return fail(path, ": found accumulated gradients, expected a step whose gradients are applied");
  std::int64_t counts[] = {step.groups().steps(), step.steps()};
  auto tensors = state_of(step);
  tensors.push_back({std::string(optimiser_steps), {&counts[0], Shape{}, DType::i64}});
  tensors.push_back({std::string(model_steps), {&counts[1], Shape{}, DType::i64}});
  tensors.insert(tensors.end(), more.begin(), more.end());
  if (auto ok = check_saved(progress); !ok) return ok;
  Metadata metadata = metadata_of(progress);
  metadata[std::string(optimiser_key)] = optimisers_of(step);
  return write_safetensors(path, tensors, metadata);
}

Result<Progress> load_checkpoint(const std::string& path, TrainStep& step, std::span<const NamedView> more) {
  const auto file = SafetensorsFile::open(path);
  return file ? load_checkpoint(*file, step, more) : tl::unexpected(file.error());
}

Result<Progress> load_checkpoint(const SafetensorsFile& file, TrainStep& step, std::span<const NamedView> more) {
  const auto optimiser = file.metadata().find(std::string(optimiser_key));
  const bool none = optimiser == file.metadata().end();
  if (none || optimiser->second != optimisers_of(step))
    return fail(file.path(), ": metadata: ", optimiser_key, ": found ", none ? "none" : printable(optimiser->second),
                ", expected ", optimisers_of(step));
  std::int64_t counts[] = {0, 0};
  auto tensors = state_of(step);
  tensors.push_back({std::string(optimiser_steps), {&counts[0], Shape{}, DType::i64}});
  tensors.push_back({std::string(model_steps), {&counts[1], Shape{}, DType::i64}});
  tensors.insert(tensors.end(), more.begin(), more.end());
  for (const auto& name : {optimiser_steps, model_steps}) {
    const TensorEntry* entry = file.find(name);
    const auto count = entry ? file.read(*entry) : Result<AnyTensor>(spec::Tensor<std::int64_t>({1}, {0}));
    if (!count) return tl::unexpected(count.error());
    const auto* value = std::get_if<spec::Tensor<std::int64_t>>(&*count);
    if (value && value->size() == 1 && (*value)[0] < 0)
      return fail(file.path(), ": tensor ", name, ": found ", (*value)[0], ", expected a count of at least 0");
  }
  auto progress = load_checkpoint(file, tensors);
  if (!progress) return progress;
  step.groups().set_steps(counts[0]);
  step.set_steps(counts[1]);
  return progress;
}

}  // namespace plumbline::runtime::io
